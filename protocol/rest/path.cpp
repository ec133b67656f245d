#include "protocol/rest/path.hpp"

#include <charconv>

namespace parley::rest {
namespace {

/// Cuts the first segment off, its slash included.
std::string_view take_segment(std::string_view& rest) {
  const auto end = rest.find('/', 1);
  const auto segment = rest.substr(1, end == std::string_view::npos ? end : end - 1);
  rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
  return segment;
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const auto digits = text.substr(i + 1, 2);
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (failed != std::errc{} || end != digits.data() + 2) return std::nullopt;
    decoded.push_back(static_cast<char>(value));
    i += 2;
  }
  return decoded;
}

}  // namespace

std::optional<path_values> match(std::string_view pattern, std::string_view path) {
  path_values values;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const auto expected = take_segment(pattern);
    const auto segment = take_segment(path);
    if (!is_placeholder(expected)) {
      if (expected != segment) return std::nullopt;
      continue;
    }
    auto value = percent_decoded(segment);
    if (!value || value->empty()) return std::nullopt;
    values.push_back(*std::move(value));
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return values;
}

}  // namespace parley::rest
