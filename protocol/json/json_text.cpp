#include "protocol/json/json_text.hpp"

#include "protocol/json/json.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::json_text {

result<json> parse(std::string_view text, const limits& bounds) {
  document reading;
  const auto how = reading.read(text, bounds);
  if (how == outcome::read) return reading.root().to_json();
  return error{errc::invalid_payload, how == outcome::too_deep ? "JSON is nested too deeply" : "Malformed JSON"};
}

std::string dump(const json& value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string dump(view value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_string(out, text);
  return out;
}

}  // namespace parley::json_text
