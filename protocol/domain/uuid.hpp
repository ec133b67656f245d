// The ids that the server makes: UUIDs of version 7 (RFC 9562), whose order is the order in which
// they were made. One generator per owner and thread. Invariant: each text is greater than all that
// the same generator made before.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace parley {

/// Distinct from those of other generators by 74 random bits per millisecond, but no secret:
/// whoever sees a few can work out the next.
class uuid_v7_generator {
 public:
  /// `seed` must differ between generators: take it from the system's random source.
  explicit uuid_v7_generator(std::uint64_t seed) noexcept : random_state_{seed} {}

  /// 36 characters in lower case. A clock that stands still or goes back does not break the order:
  /// the generator keeps its last millisecond and counts on from there.
  std::string next(std::chrono::system_clock::time_point now);

 private:
  std::uint64_t random() noexcept;
  void start_millisecond(std::uint64_t millisecond) noexcept;
  void count_on() noexcept;

  std::uint64_t random_state_;
  std::uint64_t millisecond_ = 0;  // 48 bits
  std::uint64_t high_ = 0;         // 12 bits, `rand_a`
  std::uint64_t low_ = 0;          // 62 bits, `rand_b`
};

}  // namespace parley
