#include "actors/session.hpp"

#include <algorithm>
#include <array>
#include <random>

#include "tests/unit/actors/support/fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {
const room_name den{"den"};
const room_name hall{"hall"};
}  // namespace

TEST_CASE_FIXTURE(actor_world, "session: a client without a token is refused, and the actor ends") {
  const auto nobody = join_as("");
  REQUIRE(shard().refused.size() == 1);
  CHECK(shard().refused[0].reason.code == errc::token_missing);
  CHECK(shard().accepted.empty());
  say(nobody, command::ping{});
  run();
  CHECK(shard().outcomes.empty());
}

TEST_CASE_FIXTURE(actor_world, "session: an accepted client is told so first, and is online") {
  const auto ann = join_as("ann");
  REQUIRE(shard().accepted.size() == 1);
  CHECK(shard().accepted[0].key == ann.key);
  CHECK(shard().accepted[0].user.who->id.str() == "ann");
  say(ann, command::list_users{});
  run();
  CHECK(std::get<event::users_listed>(shard().outcomes.back().what->body).users.size() == 1);
}

TEST_CASE_FIXTURE(actor_world, "session: what is not allowed is answered, once") {
  const auto ann = join_as("ann");
  say(ann, command::post_to_room{den, "hi"});
  run();
  CHECK(last_failure() == errc::not_a_member);
  say(ann, command::leave_room{den});
  run();
  CHECK(last_failure() == errc::not_a_member);
  say(ann, command::announce{"hear"});
  run();
  CHECK(last_failure() == errc::forbidden);
  CHECK(shard().outcomes.size() == 3);
}

TEST_CASE_FIXTURE(actor_world, "session: one room beyond the limit is refused") {
  const auto ann = join_as("ann");
  for (const auto* name : {"a", "b", "c", "d"}) say(ann, command::join_room{room_name{name}});
  run();
  REQUIRE(shard().outcomes.size() == 4);
  const auto refused = std::count_if(shard().outcomes.begin(), shard().outcomes.end(), [](const outcome& each) {
    const auto* failed = std::get_if<event::command_failed>(&each.what->body);
    return failed != nullptr && failed->reason.code == errc::limit_reached;
  });
  CHECK(refused == 1);
}

TEST_CASE_FIXTURE(actor_world, "session: what is said about a room while it is being joined reaches it in order") {
  const auto ann = join_as("ann");
  say(ann, command::join_room{den});
  say(ann, command::post_to_room{den, "one"});
  say(ann, command::post_to_room{den, "two"});
  say(ann, command::leave_room{den});
  say(ann, command::post_to_room{den, "three"});
  run();
  const auto posted = heard<event::message_posted>();
  REQUIRE(posted.size() == 2);
  CHECK(posted[0].text == "one");
  CHECK(posted[1].text == "two");
  const auto refused = std::count_if(shard().outcomes.begin(), shard().outcomes.end(), [](const outcome& each) {
    return std::holds_alternative<event::command_failed>(each.what->body);
  });
  CHECK(refused == 1);
  CHECK(shard().outcomes.size() == 5);
  CHECK(shard().listening.empty());
}

TEST_CASE_FIXTURE(actor_world, "session: one that closes while it is joining leaves no ghost behind") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  say(ben, command::join_room{den});
  run();
  say(ann, command::join_room{den});
  caf::anon_send(ann.session, close_session{});
  run();
  CHECK(shard().listening.size() == 1);
  CHECK(shard().listening.front().second == ben.key);
  CHECK(heard<event::member_left>().size() == 1);
}

TEST_CASE_FIXTURE(actor_world, "session: every command has exactly one outcome, whatever is said in whatever order") {
  std::mt19937 random{42};
  std::vector<player> players;
  for (std::uint8_t index = 0; index < 4; ++index)
    players.push_back(join_as("user" + std::to_string(index % 3), index % 2U));
  const std::array rooms{den, hall, room_name{"attic"}};
  std::size_t said = 0;
  for (int step = 0; step < 2000; ++step) {
    const auto& who = players[random() % players.size()];
    const auto& room = rooms[random() % rooms.size()];
    const std::array<any_command, 6> choices{
        command::join_room{room},         command::leave_room{room},
        command::post_to_room{room, "x"}, command::post_to_user{user_id{"user1"}, "y"},
        command::post_to_all{"z"},        command::summarize_users{}};
    say(who, choices[random() % choices.size()]);
    ++said;
    if (random() % 5 == 0) run();
  }
  run();
  CHECK(shard(0).outcomes.size() + shard(1).outcomes.size() == said);
}

TEST_CASE_FIXTURE(actor_world, "session: its token's end is said to the network actor") {
  const auto ann = join_as("ann");
  caf::anon_send(ann.session, token_ran_out{});
  run();
  REQUIRE(shard().ended.size() == 1);
  CHECK(shard().ended[0].reason.code == errc::token_expired);
}
