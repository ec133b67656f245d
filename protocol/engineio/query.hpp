// The query string of a request target, decoded. Between HTTP and handshake; pure.
// Invariant: total; whatever the bytes, there is a map. Decoded text may be any bytes, not only
// UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::engineio {

/// Names and values in the order of the query. A handful: looked up by walking.
class query_map {
 public:
  using entry = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    if (entries_.capacity() == 0) entries_.reserve(usual_entries);
    entries_.emplace_back(std::move(name), std::move(value));
  }

  /// The first value of that name; null when there is none.
  const std::string* find(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;

  std::size_t size() const noexcept { return entries_.size(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  static constexpr std::size_t usual_entries = 4;

  std::vector<entry> entries_;
};

inline constexpr std::size_t max_query_entries = 1000;

/// Decodes `a=1&b=%20`, without the `?`. `+` is a space, a bad escape stands for itself, a name
/// without `=` has an empty value, empty pieces are skipped, and what comes after `max_entries` is
/// not looked at.
query_map parse_query(std::string_view query, std::size_t max_entries = max_query_entries);

std::string percent_decode(std::string_view text);

/// The target's part before the `?`, as it came, and the part behind it, without a fragment.
std::pair<std::string_view, std::string_view> split_target(std::string_view target) noexcept;

}  // namespace parley::engineio
