#include "protocol/domain/uuid.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace parley {
namespace {

constexpr std::uint64_t mask(unsigned bits) { return (std::uint64_t{1} << bits) - 1; }

constexpr std::array<std::array<char, 2>, 256> make_pairs() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {digits[byte >> 4U], digits[byte & 0xFU]};
  return pairs;
}

constexpr auto pairs = make_pairs();

void put_hex(char* last, std::uint64_t number, unsigned digits) {
  for (; digits > 0; digits -= 2, number >>= 8) {
    last -= 2;
    std::memcpy(last, pairs[number & 0xFF].data(), 2);
  }
}

std::string format(std::uint64_t first, std::uint64_t second) {
  std::string text{"00000000-0000-0000-0000-000000000000"};
  put_hex(text.data() + 8, first >> 32, 8);
  put_hex(text.data() + 13, first >> 16, 4);
  put_hex(text.data() + 18, first, 4);
  put_hex(text.data() + 23, second >> 48, 4);
  put_hex(text.data() + 36, second, 12);
  return text;
}

}  // namespace

std::string uuid_v7_generator::next(std::chrono::system_clock::time_point now) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
  const auto millisecond = static_cast<std::uint64_t>(std::max<std::int64_t>(since_epoch.count(), 0));
  if (millisecond > millisecond_)
    start_millisecond(millisecond);
  else
    count_on();
  return format(millisecond_ << 16 | std::uint64_t{7} << 12 | high_, std::uint64_t{2} << 62 | low_);
}

// splitmix64 (Steele, Lea, Flood 2014): eight bytes of state, so that any actor can have a
// generator of its own.
std::uint64_t uuid_v7_generator::random() noexcept {
  std::uint64_t mixed = random_state_ += 0x9E3779B97F4A7C15;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
  return mixed ^ mixed >> 31;
}

void uuid_v7_generator::start_millisecond(std::uint64_t millisecond) noexcept {
  millisecond_ = millisecond & mask(48);
  high_ = random() & mask(12);
  low_ = random() & mask(62);
}

// RFC 9562, section 6.2, method 2: a random step keeps two generators apart that started at the
// same number.
void uuid_v7_generator::count_on() noexcept {
  low_ += 1 + (random() & mask(32));
  if (low_ <= mask(62)) return;
  low_ &= mask(62);
  if (++high_ > mask(12)) start_millisecond(millisecond_ + 1);
}

}  // namespace parley
