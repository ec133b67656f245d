// Latencies in buckets of at most 3 % width (32 per power of two): recording is an increment,
// however many there are.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace parley::load {

class histogram {
 public:
  void record(std::uint64_t value) {
    ++buckets_[bucket_of(value)];
    ++count_;
  }

  std::uint64_t count() const { return count_; }

  void clear() { *this = histogram{}; }

  /// The upper bound of the bucket in which the `share` (0 to 1) of all values is reached; 0 when
  /// there are none.
  std::uint64_t quantile(double share) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > 0 && seen >= rank) return upper_bound(i);
    }
    return 0;
  }

 private:
  static constexpr unsigned precision = 5;  // bits kept beneath the highest one
  static constexpr std::size_t steps = 1U << precision;

  static std::size_t bucket_of(std::uint64_t value) {
    if (value < steps) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - 1 - precision;
    return (shift + 1) * steps + (value >> shift) - steps;
  }

  static std::uint64_t upper_bound(std::size_t bucket) {
    if (bucket < steps) return bucket;
    const auto shift = bucket / steps - 1;
    return ((bucket % steps + steps + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - precision + 1) * steps> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace parley::load
