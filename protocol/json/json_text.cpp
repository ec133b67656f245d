#include "protocol/json/json_text.hpp"

#include "protocol/json/json.hpp"
#include "protocol/json/json_scan.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::json_text {

result<json> parse(std::string_view text, const limits& bounds) {
  const scan scanned{text, bounds.max_depth};
  if (scanned.too_deep()) return error{errc::invalid_payload, "JSON is nested too deeply"};
  const std::string_view ready = scanned.text();
  json value = json::parse(ready.begin(), ready.end(), nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return error{errc::invalid_payload, "Malformed JSON"};
  return value;
}

std::string dump(const json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace parley::json_text
