#include "protocol/domain/time.hpp"

namespace parley {
namespace {

using text_of_time = std::array<char, 24>;

/// Writes `number` right-aligned in `width` digits from `at` on.
void put(text_of_time& text, std::size_t at, std::size_t width, unsigned number) {
  for (std::size_t i = at + width; i > at; number /= 10) text[--i] = static_cast<char>('0' + number % 10);
}

}  // namespace

// The clock counts nanoseconds in 64 bits, so the year lies between 1677 and 2262: always four
// digits.
text_of_time iso8601(std::chrono::system_clock::time_point at) {
  namespace chrono = std::chrono;
  const auto instant = chrono::floor<chrono::milliseconds>(at);
  const auto midnight = chrono::floor<chrono::days>(instant);
  const chrono::year_month_day date{midnight};
  const auto of_day = static_cast<unsigned>((instant - midnight).count());

  text_of_time text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                    '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
  put(text, 0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put(text, 5, 2, static_cast<unsigned>(date.month()));
  put(text, 8, 2, static_cast<unsigned>(date.day()));
  put(text, 11, 2, of_day / 3'600'000);
  put(text, 14, 2, of_day / 60'000 % 60);
  put(text, 17, 2, of_day / 1'000 % 60);
  put(text, 20, 3, of_day % 1'000);
  return text;
}

}  // namespace parley
