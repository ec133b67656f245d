#include "protocol/json/json_text.hpp"

#include "protocol/json/json.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::json_text {

result<json> parse(std::string_view text, const limits& bounds) {
  document reading;
  const auto how = reading.read(text, bounds);
  if (how == outcome::read) return reading.root().to_json();
  return refusal(how, reading.number_out_of_range());
}

error refusal(outcome how, std::string_view digits) {
  constexpr std::size_t shown = 32;
  if (how == outcome::too_deep) return {errc::payload_too_deep};
  if (how != outcome::out_of_range) return {errc::invalid_payload, "Malformed JSON"};
  std::string text{"The number "};
  text.append(digits.substr(0, shown)).append(digits.size() > shown ? "…" : "").append(" is out of range");
  return {errc::invalid_payload, std::move(text)};
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
