#include <doctest/doctest.h>

#include "actors/state/directory_state.hpp"
#include "actors/state/membership.hpp"
#include "actors/state/ownership.hpp"
#include "actors/state/presence_state.hpp"
#include "actors/state/room_state.hpp"

using namespace parley;

namespace {

participant user(const std::string& id, std::vector<std::string> roles = {}) {
  auto who = std::make_shared<identity>();
  who->id = user_id{id};
  who->roles = std::move(roles);
  return {who, {}};
}

constexpr auto key = [](std::uint8_t shard, std::uint32_t slot) { return session_key::make(shard, slot, slot); };

}  // namespace

TEST_CASE("session key: names its shard and slot") {
  const auto made = session_key::make(7, 0xabcdef, 42);
  CHECK(made.shard() == 7);
  CHECK(made.slot() == 0xabcdef);
}

TEST_CASE("membership: commands wait in order while a room is being joined") {
  membership<int> rooms{2};
  const room_name den{"den"};
  int one = 1;
  int two = 2;
  CHECK(rooms.join(den, one) == membership<int>::verdict::go);
  CHECK(rooms.post(den, one) == membership<int>::verdict::wait);
  CHECK(rooms.leave(den, two) == membership<int>::verdict::wait);
  CHECK(rooms.joining() == std::vector{den});
  REQUIRE(rooms.join_of(den) != nullptr);
  CHECK(*rooms.join_of(den) == 1);
  CHECK(rooms.waiting_for(den) == std::vector{1, 2});
  CHECK(rooms.entered(den, 9) == std::vector{1, 2});
  CHECK(rooms.join_of(den) == nullptr);
  CHECK(rooms.topics() == std::vector<std::uint64_t>{9});
  CHECK(rooms.join(den, one) == membership<int>::verdict::already);
  CHECK(rooms.leave(den, one) == membership<int>::verdict::go);
  CHECK(rooms.post(den, one) == membership<int>::verdict::outside);
}

TEST_CASE("membership: rooms that are being joined count towards the limit") {
  membership<int> rooms{1};
  int any = 0;
  CHECK(rooms.join(room_name{"a"}, any) == membership<int>::verdict::go);
  CHECK(rooms.join(room_name{"b"}, any) == membership<int>::verdict::full);
  CHECK(rooms.lost(room_name{"a"}).empty());
  CHECK(rooms.join(room_name{"b"}, any) == membership<int>::verdict::go);
}

TEST_CASE("room state: shards are counted by their members") {
  room_state room;
  CHECK(room.join(key(0, 1), {user("a"), {}}));
  CHECK(room.join(key(1, 2), {user("b"), {}}));
  CHECK_FALSE(room.join(key(1, 2), {user("b"), {}}));
  CHECK(room.joins_seen() == 3);
  CHECK(room.places().size() == 2);
  CHECK(room.leave(key(1, 2)));
  CHECK_FALSE(room.leave(key(1, 2)));
  CHECK(room.places().size() == 1);
  CHECK(room.find(key(0, 1)) != nullptr);
  CHECK_FALSE(room.empty());
}

TEST_CASE("presence state: only the grace that began last takes a user offline") {
  presence_state presence;
  CHECK(presence.attach(key(0, 1), user("a"), true) == presence_state::arrival::came_online);
  const auto first = presence.detach(key(0, 1), {5}).grace;
  REQUIRE(first);
  CHECK(presence.attach(key(0, 2), user("a"), true) == presence_state::arrival::silent);
  CHECK_FALSE(presence.grace_over(*first));
  CHECK_FALSE(presence.detach(key(0, 1), {}).grace);
  const auto second = presence.detach(key(0, 2), {6}).grace;
  REQUIRE(second);
  CHECK_FALSE(presence.grace_over(*first));
  CHECK(presence.grace_over(*second));
  CHECK_FALSE(presence.online());
  CHECK(presence.last_topics() == std::vector<topic_id>{6});
}

TEST_CASE("presence state: a user is as the newest token says, and here since the oldest session") {
  presence_state presence;
  const auto as = [](const char* role, int hour) {
    auto made = user("a", {role});
    made.connected_at = timestamp{std::chrono::hours{hour}};
    return made;
  };
  CHECK(presence.attach(key(0, 1), as("user", 1), true) == presence_state::arrival::came_online);
  CHECK(presence.attach(key(0, 2), as("user", 2), false) == presence_state::arrival::silent);
  CHECK(presence.attach(key(0, 3), as("admin", 3), false) == presence_state::arrival::changed);
  CHECK(presence.user().who->roles.front() == "admin");
  CHECK(presence.user().connected_at == timestamp{std::chrono::hours{1}});
  CHECK(presence.detach(key(0, 1), {}).changed);
  CHECK(presence.user().connected_at == timestamp{std::chrono::hours{2}});
  CHECK_FALSE(presence.hears_private());
  // A fresh token of an older session.
  CHECK(presence.attach(key(0, 2), as("owner", 2), false) == presence_state::arrival::changed);
  CHECK(presence.user().who->roles.front() == "owner");
  CHECK(presence.sessions().size() == 2);
}

TEST_CASE("directory state: users are listed in the order of their arrival, as they are now") {
  directory_state users;
  CHECK(users.arrive(user("b", {"admin"}), 1));
  CHECK(users.arrive(user("a", {"Admin", "user"}), 1));
  CHECK_FALSE(users.arrive(user("a", {"user"}), 1));
  CHECK(users.list(10).users[0].who->id.str() == "b");
  CHECK(users.summarize(10).by_role.at("user") == 1);
  users.change(user("b", {"user"}), 1);
  users.change(user("stranger"), 1);
  CHECK(users.list(10).users[0].who->id.str() == "b");
  CHECK(users.summarize(10).by_role.at("user") == 2);
  CHECK(users.list(1).users.size() == 1);
  CHECK(users.list(1).count() == users.count());
  CHECK(users.summarize(1).connected_since.size() == 1);
  CHECK(users.summarize(1).total == users.count());
  CHECK(users.depart(user_id{"b"}, 1));
  CHECK_FALSE(users.depart(user_id{"b"}, 1));
  CHECK(users.count() == 1);
}

TEST_CASE("directory state: what an earlier home says late changes nothing") {
  directory_state users;
  CHECK(users.arrive(user("a"), 1));
  CHECK_FALSE(users.arrive(user("a"), 2));
  users.change(user("a", {"late"}), 1);
  CHECK(users.list(1).users[0].who->roles.empty());
  CHECK_FALSE(users.depart(user_id{"a"}, 1));
  CHECK(users.of(1).empty());
  CHECK(users.of(2).size() == 1);
  CHECK(users.depart(user_id{"a"}, 2));
}

TEST_CASE("directory state: orphans are those whose presence must be elsewhere by now") {
  const ownership nodes{1, 5, {{1, "one"}, {2, "two"}}};
  directory_state users;
  for (int number = 0; number < 50; ++number) users.arrive(user(std::to_string(number)), 1);
  for (const auto& each : users.orphans(nodes)) CHECK(nodes.owner_of(each.who->id.str()) == 2);
  CHECK(users.orphans(nodes).size() > 5);
  CHECK(users.orphans(ownership{1, 6, {{1, "one"}}}).empty());
}
