#include "protocol/domain/reloadable.hpp"

#include <atomic>
#include <string>
#include <thread>

#include <doctest/doctest.h>

using parley::reloadable;

TEST_CASE("reloadable: what was read before stays valid after the value was replaced") {
  reloadable<std::string> name{"first"};
  const auto& before = name.get();
  name.set("second");
  CHECK(before == "first");
  CHECK(name.get() == "second");
}

TEST_CASE("reloadable: threads that read while it is replaced see one whole value or another") {
  reloadable<std::string> name{std::string(100, 'a')};
  std::atomic<bool> over{false};
  std::atomic<int> broken{0};
  std::thread reader{[&] {
    while (!over) {
      const auto& read = name.get();
      if (read.find_first_not_of(read.front()) != std::string::npos) ++broken;
    }
  }};
  for (int round = 0; round < 1000; ++round) name.set(std::string(100, static_cast<char>('a' + round % 26)));
  over = true;
  reader.join();
  CHECK(broken == 0);
}
