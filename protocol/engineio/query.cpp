#include "protocol/engineio/query.hpp"

#include <algorithm>
#include <optional>

namespace parley::engineio {
namespace {

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const auto high = hex_value(text[1]);
  const auto low = hex_value(text[2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4 | *low);
}

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

}  // namespace

const std::string* query_map::find(std::string_view name) const noexcept {
  const auto found = std::find_if(begin(), end(), [&](const entry& e) { return e.first == name; });
  return found == end() ? nullptr : &found->second;
}

std::size_t query_map::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(std::count_if(begin(), end(), [&](const entry& e) { return e.first == name; }));
}

query_map parse_query(std::string_view query, std::size_t max_entries) {
  query_map map;
  while (!query.empty() && map.size() < max_entries) {
    std::string_view piece = take_until(query, '&');
    if (piece.empty()) continue;
    const std::string_view name = take_until(piece, '=');
    map.add(percent_decode(name), percent_decode(piece));
  }
  return map;
}

std::string percent_decode(std::string_view text) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return c == '%' || c == '+'; })) return std::string{text};
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto byte = escaped_byte(text.substr(at))) {
      out.push_back(*byte);
      at += 3;
    } else {
      out.push_back(text[at] == '+' ? ' ' : text[at]);
      ++at;
    }
  }
  return out;
}

std::pair<std::string_view, std::string_view> split_target(std::string_view target) noexcept {
  target = target.substr(0, target.find('#'));
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

}  // namespace parley::engineio
