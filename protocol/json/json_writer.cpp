#include "protocol/json/json_writer.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_chars.hpp"
#include "protocol/json/utf8.hpp"

namespace parley::json_text {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view hex_digits = "0123456789abcdef";

void append_escape(std::string& out, char c) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  out.push_back('\\');
  if (const auto at = special.find(c); at != std::string_view::npos) {
    out.push_back(letters[at]);
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("u00").append({hex_digits[byte >> 4], hex_digits[byte & 15]});
}

constexpr bool is_surrogate(std::string_view digits) {
  return digits.size() == 4 && digits[0] == 'd' && std::string_view{"89abcdef"}.find(digits[1]) < 8 &&
         hex_digits.find(digits[2]) < 16 && hex_digits.find(digits[3]) < 16;
}

/// Takes back one sentinel escape; returns how many bytes of `text` it was. A sentinel that opens
/// no escape of ours came into the string by another way than `parse` and stays what it is.
std::size_t append_sentinel(std::string& out, std::string_view text) {
  const std::string_view digits = text.substr(sentinel.size(), 4);
  if (is_surrogate(digits)) {
    out.append("\\u").append(digits);
    return sentinel.size() + 4;
  }
  out.append(sentinel);
  return sentinel.size() + (digits == sentinel_itself ? 4 : 0);
}

/// Appends what stands at the front of `text` and can't be copied; returns how many bytes it was.
std::size_t append_special(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) {
    append_escape(out, text[0]);
    return 1;
  }
  if (text.starts_with(sentinel)) return append_sentinel(out, text);
  out.append(replacement);
  return 1;
}

template <class Number>
void append_chars(std::string& out, Number number) {
  char digits[32];
  const auto [end, failed] = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end);
}

void append_array(std::string& out, view array) {
  char before = '[';
  for (const auto element : array.elements()) {
    out.push_back(std::exchange(before, ','));
    append_value(out, element);
  }
  out.append(array.size() == 0 ? "[]" : "]");
}

void append_object(std::string& out, view object) {
  char before = '{';
  for (const auto& [name, member] : object.members()) {
    out.push_back(std::exchange(before, ','));
    append_string(out, name);
    out.push_back(':');
    append_value(out, member);
  }
  out.append(object.size() == 0 ? "{}" : "}");
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t copied = 0;
  std::size_t at = 0;
  while ((at = skip_plain(text, at)) < text.size()) {
    const std::string_view rest = text.substr(at);
    if (static_cast<unsigned char>(rest[0]) >= 0x80 && !rest.starts_with(sentinel)) {
      if (const std::size_t length = utf8::sequence_length(rest)) {
        at += length;
        continue;
      }
    }
    out.append(text.substr(copied, at - copied));
    at += append_special(out, rest);
    copied = at;
  }
  out.append(text.substr(copied));
  out.push_back('"');
}

void append_number(std::string& out, std::int64_t number) { append_chars(out, number); }
void append_number(std::string& out, std::uint64_t number) { append_chars(out, number); }

void append_number(std::string& out, double number) {
  if (!std::isfinite(number))
    out.append("null");
  else
    append_chars(out, number == 0 ? 0.0 : number);
}

void append_value(std::string& out, const json& value) {
  document held;
  held.hold(value);
  append_value(out, held.root());
}

void append_value(std::string& out, view value) {
  switch (value.is()) {
    case kind::object:
      return append_object(out, value);
    case kind::array:
      return append_array(out, value);
    case kind::string:
      return append_string(out, value.text());
    case kind::binary:
      return append_binary(out, value.bytes());
    case kind::boolean:
      out.append(value.truth() ? "true" : "false");
      return;
    case kind::integer:
      return append_number(out, value.integer());
    case kind::natural:
      return append_number(out, value.natural());
    case kind::real:
      return append_number(out, value.real());
    case kind::null:
    case kind::absent:
      out.append("null");
      return;
  }
}

writer& writer::key(std::string_view name) {
  separate();
  append_string(out_, name);
  out_.push_back(':');
  return *this;
}

writer& writer::plain_key(std::string_view whole) {
  out_.append(begins() ? whole.substr(1) : whole);
  return *this;
}

writer& writer::value(std::string_view text) {
  separate();
  append_string(out_, text);
  return *this;
}

writer& writer::value(double number) {
  separate();
  append_number(out_, number);
  return *this;
}

writer& writer::raw(std::string_view text) {
  separate();
  out_.append(text.empty() ? std::string_view{"null"} : text);
  return *this;
}

writer& writer::open(char bracket) {
  separate();
  out_.push_back(bracket);
  return *this;
}

writer& writer::close(char bracket) {
  out_.push_back(bracket);
  return *this;
}

/// No state is kept about nesting: a complete value never ends in one of these three, so the last
/// byte tells.
bool writer::begins() const {
  if (out_.size() == start_) return true;
  const char last = out_.back();
  return last == '{' || last == '[' || last == ':';
}

void writer::separate() {
  if (!begins()) out_.push_back(',');
}

}  // namespace parley::json_text
