#include "protocol/json/json_parser.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "protocol/json/json_chars.hpp"

namespace parley::json_text {
namespace {

constexpr std::size_t hex_digits = 4;  // of a \uXXXX
constexpr std::size_t max_text = std::numeric_limits<std::uint32_t>::max();

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

outcome parser::read() {
  // A node's sizes have 32 bits.
  if (text_.size() > max_text || !read_value() || peek() != '\0' || at_ != text_.size()) return outcome::malformed;
  if (too_deep_) return outcome::too_deep;
  return into_.number_out_of_range_.empty() ? outcome::read : outcome::out_of_range;
}

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

/// A new node, of one value so far.
node& parser::begin(kind what) {
  const auto place = into_.append();
  auto& made = into_.nodes_[place];
  made.is = what;
  made.size = 0;
  made.span = 1;
  return made;
}

bool parser::read_value() {
  const char first = peek();
  if (first != '{' && first != '[') return read_scalar();
  if (levels_left_ == 0) return skip_deep_value();
  return first == '{' ? read_object() : read_array();
}

/// Anything but an array or an object, at its first byte.
bool parser::read_scalar() {
  switch (at()) {
    case '"':
      ++at_;
      return read_string();
    case 't':
      return read_literal("true", kind::boolean);
    case 'f':
      return read_literal("false", kind::boolean);
    case 'n':
      return read_literal("null", kind::null);
    default:
      return read_number();
  }
}

bool parser::read_literal(std::string_view word, kind what) {
  if (!text_.substr(at_).starts_with(word)) return false;
  at_ += word.size();
  begin(what).truth = word.front() == 't';
  return true;
}

// -- arrays and objects ----------------------------------------------------------------------------------------------

bool parser::read_array() {
  ++at_;
  --levels_left_;
  const auto place = into_.size_;
  std::size_t size = 0;
  begin(kind::array);
  if (!take(']')) {
    do {
      if (!read_value()) return false;
      ++size;
    } while (take(','));
    if (!take(']')) return false;
  }
  return end(place, size);
}

bool parser::read_object() {
  ++at_;
  --levels_left_;
  const auto place = into_.size_;
  std::size_t size = 0;
  begin(kind::object);
  if (!take('}')) {
    do {
      if (!read_name() || !read_value()) return false;
      ++size;
    } while (take(','));
    if (!take('}')) return false;
  }
  return end(place, size);
}

bool parser::end(std::size_t at, std::size_t size) {
  auto& whole = into_.nodes_[at];
  whole.size = static_cast<std::uint32_t>(size);
  whole.span = static_cast<std::uint32_t>(into_.size_ - at);
  ++levels_left_;
  return true;
}

bool parser::read_name() { return take('"') && read_string() && take(':'); }

// -- what is too deep ------------------------------------------------------------------------------------------------

/// Checks an array or object without recursion: its depth is bounded by the size of the text alone. The document has
/// null for it.
bool parser::skip_deep_value() {
  too_deep_ = true;
  const auto place = into_.size_;
  const auto unescaped = into_.unescaped_.size();
  std::vector<bool> open;  // what the next value is inside: true for an object
  do {
    if (!skip_deep_parts(open)) return false;
    into_.size_ = place;
    into_.unescaped_.resize(unescaped);
  } while (!open.empty());
  begin(kind::null);
  return true;
}

/// Over one value without parts, or into one that has some.
bool parser::skip_deep_parts(std::vector<bool>& open) {
  const char first = peek();
  if (first != '{' && first != '[') return read_scalar() && skip_behind_value(open);
  ++at_;
  open.push_back(first == '{');
  if (peek() == (open.back() ? '}' : ']')) return skip_behind_value(open);
  return !open.back() || read_name();
}

/// Over the ends of all that the value was the last part of, to the next one.
bool parser::skip_behind_value(std::vector<bool>& open) {
  while (!open.empty()) {
    if (take(',')) return !open.back() || read_name();
    if (!take(open.back() ? '}' : ']')) return false;
    open.pop_back();
  }
  return true;
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

bool parser::read_number() {
  const auto from = at_;
  const bool negative = at() == '-';
  if (negative) ++at_;
  const bool zero = at() == '0';
  const auto first = at_;
  bool real = false;
  if (!skip_digits() || (zero && at_ > first + 1)) return false;
  if (!skip_part(".", "", real) || !skip_part("eE", "+-", real)) return false;
  const auto digits = text_.substr(from, at_ - from);
  return (!real && read_integer(digits, negative)) || read_real(digits);
}

/// False when it is too large for one.
bool parser::read_integer(std::string_view digits, bool negative) {
  const char* const end = digits.data() + digits.size();
  std::int64_t below_zero = 0;
  std::uint64_t number = 0;
  const auto failed = negative ? std::from_chars(digits.data(), end, below_zero).ec  //
                               : std::from_chars(digits.data(), end, number).ec;
  if (failed != std::errc{}) return false;
  if (negative)
    begin(kind::integer).integer = below_zero;
  else
    begin(kind::natural).natural = number;
  return true;
}

bool parser::read_real(std::string_view digits) {
  double number = 0;
  // What is too small to be told from zero counts as out of range there; strtod knows better.
  if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc{})
    number = std::strtod(std::string{digits}.c_str(), nullptr);
  if (std::isfinite(number)) {
    begin(kind::real).real = number;
    return true;
  }
  begin(kind::null);
  if (into_.number_out_of_range_.empty()) into_.number_out_of_range_ = digits;
  return true;
}

// -- strings ---------------------------------------------------------------------------------------------------------

void parser::keep(std::string_view bytes) {
  auto& made = begin(kind::string);
  made.bytes = bytes.data();
  made.size = static_cast<std::uint32_t>(bytes.size());
}

/// From behind the opening quote to behind the closing one. Most strings are what the text has there.
bool parser::read_string() {
  const auto from = at_;
  while ((at_ = skip_plain(text_, at_)) < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      keep(text_.substr(from, at_ - from));
      ++at_;
      return true;
    }
    const auto rest = text_.substr(at_);
    const auto length = static_cast<unsigned char>(c) < 0x80 ? 0 : utf8::sequence_length(rest);
    if (length == 0 || rest.starts_with(sentinel)) return read_unlike_text(from);
    at_ += length;
  }
  return false;
}

/// A string that began at `from`, and is no more what the text has there.
bool parser::read_unlike_text(std::size_t from) {
  auto& all = into_.unescaped_;
  // No string is more than twice as long as its text, and what is referred to must not move.
  if (all.capacity() < 2 * text_.size()) all.reserve(2 * text_.size());
  const auto start = all.size();
  all.append(text_.substr(from, at_ - from));
  while (at_ < text_.size() && text_[at_] != '"') {
    const auto plain = at_;
    at_ = skip_plain(text_, at_);
    all.append(text_.substr(plain, at_ - plain));
    if (at_ < text_.size() && text_[at_] != '"' && !read_special(all)) return false;
  }
  if (at_ >= text_.size()) return false;
  ++at_;
  keep(std::string_view{all}.substr(start));
  return true;
}

/// What does not stand for itself, or is not ASCII.
bool parser::read_special(std::string& into) {
  if (text_[at_] == '\\') return read_escape(into);
  const auto rest = text_.substr(at_);
  const auto length = static_cast<unsigned char>(rest.front()) < 0x80 ? 0 : utf8::sequence_length(rest);
  if (length == 0) return false;
  at_ += length;
  into.append(rest.substr(0, length));
  if (rest.starts_with(sentinel)) into.append(sentinel_itself);
  return true;
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
