#include "protocol/json/json_parser.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "protocol/json/json.hpp"
#include "protocol/json/json_chars.hpp"

namespace parley::json_text {
namespace {

constexpr std::size_t hex_digits = 4;  // of a \uXXXX
constexpr std::size_t few_elements = 4;

constexpr bool is_high(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_byte(std::string& out, unsigned byte) { out.push_back(static_cast<char>(byte)); }

void append_utf8(std::string& out, unsigned point) {
  if (point < 0x80) return append_byte(out, point);
  if (point < 0x800) {
    append_byte(out, 0xC0 | point >> 6);
  } else if (point < 0x10000) {
    append_byte(out, 0xE0 | point >> 12);
    append_byte(out, 0x80 | (point >> 6 & 0x3F));
  } else {
    append_byte(out, 0xF0 | point >> 18);
    append_byte(out, 0x80 | (point >> 12 & 0x3F));
    append_byte(out, 0x80 | (point >> 6 & 0x3F));
  }
  append_byte(out, 0x80 | (point & 0x3F));
}

void append_lone_surrogate(std::string& out, unsigned unit) {
  char digits[hex_digits];
  std::to_chars(digits, digits + hex_digits, unit, 16);
  out.append(sentinel).append(digits, hex_digits);
}

void append_pair(std::string& out, unsigned high, unsigned low) {
  const unsigned point = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  append_utf8(out, point);
  if (point == 0x10FFFD) out.append(sentinel_itself);
}

}  // namespace

bool parser::read(json& into) { return read_value(into) && peek() == '\0' && at_ == text_.size(); }

char parser::peek() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    ++at_;
  }
  return '\0';
}

bool parser::take(char expected) {
  if (peek() != expected) return false;
  ++at_;
  return true;
}

bool parser::enter() {
  ++at_;
  too_deep_ = levels_left_ == 0;
  if (!too_deep_) --levels_left_;
  return !too_deep_;
}

bool parser::read_value(json& into) {
  switch (peek()) {
    case '{':
      return read_object(into);
    case '[':
      return read_array(into);
    case '"':
      ++at_;
      into = json::string_t{};
      return read_string(into.get_ref<std::string&>());
    case 't':
      return read_literal("true", true, into);
    case 'f':
      return read_literal("false", false, into);
    case 'n':
      return read_literal("null", nullptr, into);
    default:
      return read_number(into);
  }
}

bool parser::read_literal(std::string_view word, json value, json& into) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  into = std::move(value);
  return true;
}

// -- arrays and objects ----------------------------------------------------------------------------------------------

bool parser::read_array(json& into) {
  if (!enter()) return false;
  into = json::array();
  if (!take(']')) {
    auto& elements = into.get_ref<json::array_t&>();
    elements.reserve(few_elements);
    do {
      if (!read_value(elements.emplace_back())) return false;
    } while (take(','));
    if (!take(']')) return false;
  }
  ++levels_left_;
  return true;
}

bool parser::read_object(json& into) {
  if (!enter()) return false;
  into = json::object();
  if (!take('}')) {
    do {
      if (!read_member(into)) return false;
    } while (take(','));
    if (!take('}')) return false;
  }
  ++levels_left_;
  return true;
}

bool parser::read_member(json& members) {
  if (!take('"')) return false;
  std::string name;
  if (!read_string(name) || !take(':')) return false;
  return read_value(members.get_ref<json::object_t&>()[std::move(name)]);
}

// -- numbers ---------------------------------------------------------------------------------------------------------

bool parser::skip_digits() {
  const auto from = at_;
  while (is_digit(at())) ++at_;
  return at_ > from;
}

/// Over a fraction's or an exponent's mark and its digits; true where there is none.
bool parser::skip_part(std::string_view marks, std::string_view signs, bool& there) {
  if (at_ >= text_.size() || marks.find(text_[at_]) == std::string_view::npos) return true;
  there = true;
  ++at_;
  if (at_ < text_.size() && signs.find(text_[at_]) != std::string_view::npos) ++at_;
  return skip_digits();
}

bool parser::read_number(json& into) {
  const auto from = at_;
  const bool negative = at() == '-';
  if (negative) ++at_;
  const bool zero = at() == '0';
  const auto first = at_;
  bool real = false;
  if (!skip_digits() || (zero && at_ > first + 1)) return false;
  if (!skip_part(".", "", real) || !skip_part("eE", "+-", real)) return false;
  const auto digits = text_.substr(from, at_ - from);
  return (!real && read_integer(digits, negative, into)) || read_real(digits, into);
}

/// False when it is too large for one.
bool parser::read_integer(std::string_view digits, bool negative, json& into) {
  const char* const end = digits.data() + digits.size();
  std::int64_t below_zero = 0;
  std::uint64_t number = 0;
  const auto failed = negative ? std::from_chars(digits.data(), end, below_zero).ec  //
                               : std::from_chars(digits.data(), end, number).ec;
  into = negative ? json(below_zero) : json(number);
  return failed == std::errc{};
}

bool parser::read_real(std::string_view digits, json& into) {
  double number = 0;
  // What is too small to be told from zero counts as out of range there; strtod knows better.
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc{})
    number = std::strtod(std::string{digits}.c_str(), nullptr);
  into = number;
  return std::isfinite(number);
}

// -- strings ---------------------------------------------------------------------------------------------------------

/// From behind the opening quote to behind the closing one.
bool parser::read_string(std::string& into) {
  auto copied = at_;
  const auto copy = [&] { into.append(text_.substr(copied, at_ - copied)); };
  while ((at_ = skip_plain(text_, at_)) < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      copy();
      ++at_;
      return true;
    }
    if (c == '\\') {
      copy();
      if (!read_escape(into)) return false;
      copied = at_;
      continue;
    }
    const auto rest = text_.substr(at_);
    const auto length = static_cast<unsigned char>(c) < 0x80 ? 0 : utf8::sequence_length(rest);
    if (length == 0) return false;
    at_ += length;
    if (!rest.starts_with(sentinel)) continue;
    copy();
    into.append(sentinel_itself);
    copied = at_;
  }
  return false;
}

bool parser::read_escape(std::string& into) {
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  ++at_;
  const char c = at();
  ++at_;
  if (c == 'u') return read_unicode_escape(into);
  const auto which = letters.find(c);
  if (which == std::string_view::npos) return false;
  into.push_back(meanings[which]);
  return true;
}

/// Behind the `u`. A surrogate without its other half is what JavaScript's strings may hold, and becomes an escape of
/// ours.
bool parser::read_unicode_escape(std::string& into) {
  unsigned unit = 0;
  if (!read_code_unit(unit)) return false;
  if (is_high(unit) && text_.substr(at_).starts_with("\\u")) {
    const auto behind = at_;
    unsigned second = 0;
    at_ += 2;
    if (!read_code_unit(second)) return false;
    if (is_low(second)) {
      append_pair(into, unit, second);
      return true;
    }
    at_ = behind;
  }
  if (is_high(unit) || is_low(unit))
    append_lone_surrogate(into, unit);
  else
    append_utf8(into, unit);
  return true;
}

bool parser::read_code_unit(unsigned& unit) {
  const auto digits = text_.substr(at_, hex_digits);
  const char* const last = digits.data() + digits.size();
  const auto [end, failed] = std::from_chars(digits.data(), last, unit, 16);
  at_ += digits.size();
  return failed == std::errc{} && end == last && digits.size() == hex_digits;
}

}  // namespace parley::json_text
