#include "actors/state/cluster_state.hpp"

#include <random>
#include <set>

#include <doctest/doctest.h>

using namespace parley;
using namespace std::chrono_literals;

namespace {

const cluster_state::time_point start{1000s};

cluster_view view_of(std::uint64_t number, std::initializer_list<std::uint32_t> members,
                     std::initializer_list<std::uint32_t> enrolled = {}) {
  cluster_view made{number, {}};
  for (const auto each : members) made.nodes.push_back({each, "n" + std::to_string(each), "x:1", true});
  for (const auto each : enrolled) made.nodes.push_back({each, "n" + std::to_string(each), "x:1", false});
  return made;
}

cluster_state node(std::uint32_t number) { return {number, "n" + std::to_string(number), 3000ms}; }

}  // namespace

TEST_CASE("cluster state: the first node joins at once, a later one when all members answer") {
  auto first = node(1);
  first.read(view_of(0, {}, {1}), start);
  CHECK(first.next(start).join);
  auto second = node(2);
  second.read(view_of(1, {1}, {2}), start);
  CHECK_FALSE(second.next(start).join);
  second.came(1);
  CHECK(second.next(start).join);
}

TEST_CASE("cluster state: of two nodes the one with the smaller name calls, until the other answers") {
  auto one = node(1);
  one.read(view_of(1, {1, 2}), start);
  REQUIRE(one.next(start).call.size() == 1);
  CHECK(one.next(start).call[0].number == 2);
  one.came(2);
  CHECK(one.next(start).call.empty());
  auto two = node(2);
  two.read(view_of(1, {1, 2}), start);
  CHECK(two.next(start).call.empty());
}

TEST_CASE("cluster state: a view is taken once, when all its members answer") {
  auto one = node(1);
  one.read(view_of(3, {1, 2}), start);
  CHECK_FALSE(one.next(start).take);
  one.came(2);
  CHECK(one.next(start).take);
  CHECK_FALSE(one.next(start).take);
  one.read(view_of(2, {1}), start);  // older
  CHECK(one.members().size() == 2);
  CHECK_FALSE(one.next(start).take);
}

TEST_CASE("cluster state: a member that does not answer any more is to be excluded, by a quorum or not") {
  auto one = node(1);
  one.came(2);
  one.came(3);
  one.read(view_of(1, {1, 2, 3}), start);
  CHECK(one.next(start).exclude.empty());
  one.went(3);
  CHECK(one.next(start).exclude == std::vector<std::uint32_t>{3});
  CHECK(one.next(start).quorum);
  one.went(2);
  CHECK(one.next(start).exclude.size() == 2);
  CHECK_FALSE(one.next(start).quorum);
}

TEST_CASE("cluster state: of two halves that see each other no more either may exclude the other") {
  auto one = node(1);
  one.came(2);
  one.read(view_of(1, {1, 2}), start);
  CHECK(one.next(start).exclude.empty());
  one.went(2);
  CHECK(one.next(start).exclude == std::vector<std::uint32_t>{2});
  CHECK(one.next(start).quorum);
}

TEST_CASE("cluster state: a member whose link broke is not called again, but one that was no member is") {
  auto one = node(1);
  one.came(2);
  one.read(view_of(0, {}, {1, 2}), start);
  one.went(2);
  CHECK_FALSE(one.is_broken(2));
  CHECK(one.next(start).call.size() == 1);
  one.came(2);
  one.read(view_of(2, {1, 2}), start);
  CHECK_FALSE(one.is_broken(2));
  one.went(2);
  CHECK(one.is_broken(2));
  CHECK(one.next(start).call.empty());
  one.read(view_of(3, {1}), start);
  CHECK_FALSE(one.is_broken(2));
}

TEST_CASE("cluster state: one that never answered is waited for a while") {
  auto one = node(1);
  one.read(view_of(1, {1, 2}), start);
  CHECK(one.next(start + 2s).exclude.empty());
  CHECK(one.next(start + 4s).exclude.size() == 1);
}

TEST_CASE("cluster state: who is no member wants out those who are, if none of them answers") {
  auto three = node(3);
  three.read(view_of(2, {1, 2}, {3}), start);
  CHECK(three.next(start + 2s).exclude.empty());
  const auto now = three.next(start + 4s);
  CHECK(now.exclude == std::vector<std::uint32_t>{1, 2});
  CHECK_FALSE(now.quorum);
  CHECK_FALSE(now.join);
  three.came(2);
  CHECK(three.next(start + 4s).exclude.empty());
  three.went(2);
  three.read(view_of(3, {}, {3}), start + 5s);
  CHECK(three.next(start + 5s).join);
}

TEST_CASE("cluster state: who was a member and is none any more is out, unless it left by itself") {
  auto one = node(1);
  one.read(view_of(1, {1}), start);
  CHECK_FALSE(one.next(start).out);
  one.read(view_of(2, {}, {}), start);
  CHECK(one.next(start).out);
  CHECK_FALSE(one.next(start).join);
  auto other = node(1);
  other.read(view_of(1, {1}), start);
  other.next(start);
  other.leave();
  other.read(view_of(2, {}), start);
  CHECK_FALSE(other.next(start).out);
  CHECK(other.next(start).exclude.empty());
}

TEST_CASE("cluster state: who is forgotten before it became a member is out, too") {
  auto two = node(2);
  two.read(view_of(1, {1}), start);
  CHECK_FALSE(two.next(start).out);  // not enrolled yet, as far as it sees
  two.read(view_of(1, {1}, {2}), start);
  CHECK_FALSE(two.next(start).out);
  two.read(view_of(2, {1}), start);
  CHECK(two.next(start).out);
}

TEST_CASE("cluster state: whatever it sees, it takes views in order, and never one with a member that is silent") {
  std::mt19937 random{11};
  for (int round = 0; round < 200; ++round) {
    auto one = node(1);
    std::set<std::uint32_t> up;
    std::uint64_t taken = 0;
    auto now = start;
    for (int step = 0; step < 50; ++step, now += 100ms) {
      const auto other = static_cast<std::uint32_t>(2 + random() % 4);
      if (random() % 2 == 0) {
        one.came(other);
        up.insert(other);
      } else {
        one.went(other);
        up.erase(other);
      }
      cluster_view view{random() % 20, {{1, "n1", "x:1", true}}};
      for (std::uint32_t each = 2; each < 6; ++each)
        if (random() % 2 == 0) view.nodes.push_back({each, "n" + std::to_string(each), "x:1", random() % 3 != 0});
      one.read(view, now);
      if (!one.next(now).take) continue;
      REQUIRE(one.view().number > taken);
      taken = one.view().number;
      for (const auto& each : one.members()) REQUIRE((each.number == 1 || up.contains(each.number)));
    }
  }
}
