#include "actors/state/ownership.hpp"

#include <algorithm>

namespace parley {
namespace {

/// The finalizer of splitmix64: every bit of the input changes half of the output's.
std::uint64_t mix(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

}  // namespace

// FNV-1a, then mixed, as its high bits alone would hardly depend on a text's last bytes.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
  return mix(hash);
}

ownership::ownership(std::uint32_t self, std::uint64_t view, const std::vector<member>& members)
    : self_{self}, view_{view} {
  for (const auto& each : members) shares_.push_back({each.number, stable_hash(each.name)});
}

bool ownership::has(std::uint32_t node) const {
  if (shares_.empty()) return node == self_;
  return std::any_of(shares_.begin(), shares_.end(), [node](const share& each) { return each.number == node; });
}

std::uint32_t ownership::owner_of(std::string_view key) const {
  if (shares_.empty()) return self_;
  const auto hash = stable_hash(key);
  const auto draw = [hash](const share& each) { return mix(hash ^ each.seed); };
  return std::max_element(shares_.begin(), shares_.end(),
                          [&draw](const share& one, const share& other) { return draw(one) < draw(other); })
      ->number;
}

}  // namespace parley
