#include "protocol/domain/time.hpp"

namespace parley {
namespace {

namespace chrono = std::chrono;

using text_of_time = std::array<char, 24>;

/// Writes `number` right-aligned in `width` digits from `at` on.
void put(text_of_time& text, std::size_t at, std::size_t width, unsigned number) {
  for (std::size_t i = at + width; i > at; number /= 10) text[--i] = static_cast<char>('0' + number % 10);
}

/// A whole second, its milliseconds left at zero. The clock counts nanoseconds in 64 bits, so the year lies between
/// 1677 and 2262: always four digits.
text_of_time text_of_second(chrono::sys_seconds second) {
  const auto midnight = chrono::floor<chrono::days>(second);
  const chrono::year_month_day date{midnight};
  const auto of_day = static_cast<unsigned>((second - midnight).count());

  text_of_time text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                    '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
  put(text, 0, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put(text, 5, 2, static_cast<unsigned>(date.month()));
  put(text, 8, 2, static_cast<unsigned>(date.day()));
  put(text, 11, 2, of_day / 3'600);
  put(text, 14, 2, of_day / 60 % 60);
  put(text, 17, 2, of_day % 60);
  return text;
}

}  // namespace

// Most of what is written was said in the second of what was written before it.
text_of_time iso8601(chrono::system_clock::time_point at) {
  thread_local chrono::sys_seconds last{};
  thread_local text_of_time text = text_of_second(last);
  const auto instant = chrono::floor<chrono::milliseconds>(at);
  const auto second = chrono::floor<chrono::seconds>(instant);
  if (second != last) {
    text = text_of_second(second);
    last = second;
  }
  auto written = text;
  put(written, 20, 3, static_cast<unsigned>((instant - second).count()));
  return written;
}

}  // namespace parley
