// Which numbers of a row are known: a few closed ranges, so that it costs the same for ten numbers as for a million.
// A shard keeps what each session has of a conversation in them. Pure; on any thread. Invariant: the ranges are in
// order, and neither overlap nor touch; at most `max_ranges` of them, of which the lowest are forgotten first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace parley {

/// Both ends belong to it; empty where `last` is before `first`.
struct number_range {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
  bool operator==(const number_range&) const = default;
};

class number_ranges {
 public:
  static constexpr std::size_t max_ranges = 16;

  void add(std::uint64_t number) { add(number_range{number, number}); }
  void add(number_range more);
  /// False where it is known already.
  bool insert(std::uint64_t number);
  bool contains(std::uint64_t number) const;
  const std::vector<number_range>& all() const { return ranges_; }

 private:
  std::vector<number_range> ranges_;
};

/// The last number in a row of known ones that begins after `number`; `number` itself where the next is not known.
std::uint64_t end_of_known(const std::vector<number_range>& known, std::uint64_t number);

}  // namespace parley
