#include "protocol/json/json_scan.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace parley::json_text {
namespace {

constexpr std::size_t unicode_escape = 6;  // \uXXXX

std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < unicode_escape || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const last = text.data() + unicode_escape;
  const auto [end, failed] = std::from_chars(text.data() + 2, last, unit, 16);
  if (failed != std::errc{} || end != last) return std::nullopt;
  return unit;
}

constexpr bool is_high(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

std::string hex(unsigned unit) {
  char digits[4];
  std::to_chars(digits, digits + 4, unit, 16);
  return {digits, 4};
}

}  // namespace

scan::scan(std::string_view source, std::size_t max_depth) : source_{source} {
  run(max_depth);
  if (copied_ > 0) copy_.append(source_.substr(copied_));
}

void scan::run(std::size_t max_depth) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < source_.size();) {
    const char c = source_[at++];
    if (c == '"') {
      at = skip_string(at);
    } else if (c == '[' || c == '{') {
      too_deep_ = ++depth > max_depth;
      if (too_deep_) return;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
}

/// From behind a string's opening quote to behind its closing one, or to the end of a text that is
/// cut.
std::size_t scan::skip_string(std::size_t at) {
  while (at < source_.size()) {
    const char c = source_[at];
    if (c == '"') return at + 1;
    if (c == '\\')
      at = skip_escape(at);
    else if (c == sentinel[0] && source_.substr(at).starts_with(sentinel))
      at = replace(at, sentinel.size(), sentinel_itself);
    else
      ++at;
  }
  return at;
}

std::size_t scan::skip_escape(std::size_t at) {
  const auto first = code_unit(source_.substr(at));
  if (!first) return at + 2;
  if (is_low(*first)) return replace(at, unicode_escape, hex(*first));
  if (!is_high(*first)) return at + unicode_escape;
  const auto second = code_unit(source_.substr(at + unicode_escape));
  if (!second || !is_low(*second)) return replace(at, unicode_escape, hex(*first));
  if (*first == 0xDBFF && *second == 0xDFFD) return replace(at, 2 * unicode_escape, sentinel_itself);
  return at + 2 * unicode_escape;
}

std::size_t scan::replace(std::size_t at, std::size_t length, std::string_view escape) {
  copy_.append(source_.substr(copied_, at - copied_)).append(sentinel).append(escape);
  copied_ = at + length;
  return copied_;
}

}  // namespace parley::json_text
