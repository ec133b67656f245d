#include "protocol/domain/number_ranges.hpp"

#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace parley;

namespace {

using ranges = std::vector<number_range>;

}  // namespace

TEST_CASE("number ranges: numbers in a row are one range") {
  number_ranges known;
  for (std::uint64_t number = 5; number < 1000; ++number) known.add(number);
  CHECK(known.all() == ranges{{5, 999}});
  CHECK_FALSE(known.insert(7));
  CHECK(known.insert(1001));
  CHECK(known.contains(5));
  CHECK(known.contains(999));
  CHECK_FALSE(known.contains(4));
  CHECK_FALSE(known.contains(1000));
}

TEST_CASE("number ranges: what lies between two joins them, and nothing is there twice") {
  number_ranges known;
  known.add({10, 20});
  known.add({1, 3});
  known.add({30, 40});
  known.add({12, 14});
  CHECK(known.all() == ranges{{1, 3}, {10, 20}, {30, 40}});
  known.add({4, 9});
  CHECK(known.all() == ranges{{1, 20}, {30, 40}});
  known.add({2, 50});
  CHECK(known.all() == ranges{{1, 50}});
  known.add({60, 59});
  CHECK(known.all() == ranges{{1, 50}});
}

TEST_CASE("number ranges: they know what a set of the numbers knows") {
  std::mt19937 random{1};  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same each time
  for (int round = 0; round < 200; ++round) {
    number_ranges known;
    std::set<std::uint64_t> numbers;
    for (int step = 0; step < 12; ++step) {
      const std::uint64_t first = 1 + random() % 60;
      const std::uint64_t last = first + random() % 6;
      known.add({first, last});
      for (auto number = first; number <= last; ++number) numbers.insert(number);
    }
    for (std::uint64_t number = 0; number < 80; ++number) CHECK(known.contains(number) == numbers.contains(number));
    for (std::size_t at = 1; at < known.all().size(); ++at) CHECK(known.all()[at - 1].last + 1 < known.all()[at].first);
  }
}

TEST_CASE("number ranges: of too many the lowest are forgotten") {
  number_ranges known;
  for (std::uint64_t number = 0; number < number_ranges::max_ranges + 2; ++number) known.add(10 * number + 1);
  CHECK(known.all().size() == number_ranges::max_ranges);
  CHECK_FALSE(known.contains(11));
  CHECK(known.contains(21));
}

TEST_CASE("number ranges: the end of what is known after a number") {
  const ranges known{{3, 5}, {6, 7}, {10, 12}};
  CHECK(end_of_known(known, 0) == 0);
  CHECK(end_of_known(known, 2) == 7);
  CHECK(end_of_known(known, 4) == 7);
  CHECK(end_of_known(known, 9) == 12);
  CHECK(end_of_known(known, 20) == 20);
  CHECK(end_of_known({}, 20) == 20);
}
