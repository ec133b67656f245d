#include "protocol/json/json_text.hpp"

#include "protocol/json/json.hpp"
#include "protocol/json/json_parser.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::json_text {

result<json> parse(std::string_view text, const limits& bounds) {
  parser reading{text, bounds.max_depth};
  json value;
  if (reading.read(value)) return value;
  return error{errc::invalid_payload, reading.too_deep() ? "JSON is nested too deeply" : "Malformed JSON"};
}

std::string dump(const json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace parley::json_text
