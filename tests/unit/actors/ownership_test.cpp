#include "actors/state/ownership.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>

using namespace parley;

namespace {

std::vector<ownership::member> members(std::initializer_list<const char*> names) {
  std::vector<ownership::member> made;
  for (const auto* name : names) made.push_back({static_cast<std::uint32_t>(made.size() + 1), name});
  return made;
}

constexpr int keys = 3000;
std::string key(int number) { return "room-" + std::to_string(number); }

}  // namespace

TEST_CASE("ownership: all nodes name one owner, in whatever order they know the members") {
  auto some = members({"a", "b", "c", "d"});
  const ownership one{1, 1, some};
  std::mt19937 random{7};
  for (int round = 0; round < 10; ++round) {
    std::shuffle(some.begin(), some.end(), random);
    const ownership other{some.front().number, 1, some};
    for (int number = 0; number < keys; ++number) REQUIRE(one.owner_of(key(number)) == other.owner_of(key(number)));
  }
}

TEST_CASE("ownership: each node has its share") {
  const ownership nodes{1, 1, members({"a", "b", "c"})};
  std::map<std::uint32_t, int> share;
  for (int number = 0; number < keys; ++number) ++share[nodes.owner_of(key(number))];
  for (const auto& [node, count] : share) CHECK(count > keys / 3 * 8 / 10);
}

TEST_CASE("ownership: when a node comes keys move to it alone, and when it goes, its keys alone move") {
  const ownership before{1, 1, members({"a", "b", "c"})};
  const ownership after{1, 2, members({"a", "b", "c", "d"})};
  int moved = 0;
  for (int number = 0; number < keys; ++number) {
    if (before.owner_of(key(number)) == after.owner_of(key(number))) continue;
    ++moved;
    REQUIRE(after.owner_of(key(number)) == 4);
  }
  CHECK(moved > keys / 4 * 8 / 10);
}

TEST_CASE("ownership: a node that comes back under its name gets its keys back, whatever its number") {
  const ownership before{1, 1, {{1, "a"}, {2, "b"}}};
  const ownership after{1, 3, {{1, "a"}, {9, "b"}}};
  for (int number = 0; number < keys; ++number)
    REQUIRE((before.owner_of(key(number)) == 2) == (after.owner_of(key(number)) == 9));
}

TEST_CASE("ownership: a node that is alone owns everything, and the hash never changes") {
  const ownership alone;
  CHECK(alone.owns("anything"));
  CHECK(alone.has(0));
  CHECK_FALSE(alone.has(1));
  // Nodes of different versions must agree.
  CHECK(stable_hash("room") == 10869224950847553816U);
}

TEST_CASE("ownership: a node that has left owns nothing, though only one other is there") {
  const ownership nodes{1, 4, {{2, "b"}}};
  CHECK_FALSE(nodes.alone());
  CHECK_FALSE(nodes.owns("anything"));
  CHECK(nodes.owner_of("anything") == 2);
  CHECK(ownership{2, 4, {{2, "b"}}}.alone());
}
