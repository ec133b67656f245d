#include "actors/room.hpp"

#include "actors/registry.hpp"
#include "tests/unit/actors/support/fixture.hpp"

using namespace parley;
using namespace parley::test;

namespace {
const room_name den{"den"};
}

TEST_CASE_FIXTURE(actor_world, "room: the others are told who joined, each shard once") {
  const auto ann = join_as("ann", 0);
  const auto ben = join_as("ben", 1);
  say(ann, command::join_room{den});
  run();
  say(ben, command::join_room{den});
  run();
  CHECK(shard(0).listening.size() == 1);
  CHECK(shard(1).listening.size() == 1);
  CHECK(heard<event::member_joined>(0).size() == 2);  // ann's own, for nobody else, and ben's
  const auto& last = shard(1).deliveries.back();
  CHECK(std::get<event::member_joined>(last.what->body).user.who->id.str() == "ben");
  CHECK(last.except == std::vector{ben.key});
}

TEST_CASE_FIXTURE(actor_world, "room: joining again is confirmed, and nobody else is told") {
  const auto ann = join_as("ann");
  say(ann, command::join_room{den});
  say(ann, command::join_room{den});
  run();
  CHECK(shard().outcomes.size() == 2);
  CHECK(heard<event::member_joined>().size() == 1);
  CHECK(shard().listening.size() == 1);
}

TEST_CASE_FIXTURE(actor_world, "room: a message goes to each shard with members once, in one order") {
  const auto ann = join_as("ann", 0);
  const auto ben = join_as("ben", 1);
  say(ann, command::join_room{den});
  say(ben, command::join_room{den});
  run();
  for (int n = 0; n < 50; ++n) {
    say(ann, command::post_to_room{den, "a" + std::to_string(n)});
    say(ben, command::post_to_room{den, "b" + std::to_string(n)});
  }
  run();
  const auto first = heard<event::message_posted>(0);
  const auto second = heard<event::message_posted>(1);
  REQUIRE(first.size() == 100);
  REQUIRE(second.size() == 100);
  for (std::size_t n = 0; n < 100; ++n) CHECK(first[n].id == second[n].id);
}

TEST_CASE_FIXTURE(actor_world, "room: an empty one retires, and comes back on the next join") {
  const auto ann = join_as("ann");
  say(ann, command::join_room{den});
  run();
  say(ann, command::leave_room{den});
  run();
  CHECK(shard().listening.empty());
  CHECK_FALSE(find_room(den));
  say(ann, command::join_room{den});
  run();
  CHECK(shard().listening.size() == 1);
}

TEST_CASE_FIXTURE(actor_world, "room: one that retired leaves nothing behind in its registry") {
  const auto ann = join_as("ann");
  say(ann, command::join_room{den});
  run();
  const auto room = caf::actor_cast<caf::weak_actor_ptr>(find_room(den));
  say(ann, command::leave_room{den});
  run();
  REQUIRE_FALSE(find_room(den));
  CHECK(is_forgotten(room));
}

TEST_CASE_FIXTURE(actor_world, "room: a join that is on the way when it wants to retire keeps it alive") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  say(ann, command::join_room{den});
  run();
  for (int round = 0; round < 50; ++round) {
    say(ann, command::leave_room{den});
    say(ben, command::join_room{den});
    run();
    say(ben, command::leave_room{den});
    say(ann, command::join_room{den});
    run();
    REQUIRE(shard().listening.size() == 1);
    REQUIRE(shard().listening.front().second == ann.key);
  }
}

TEST_CASE_FIXTURE(actor_world, "room: a member is shown as the newest token says") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  for (const auto& each : {ann, ben}) say(each, command::join_room{den});
  run();
  auto fresh = std::make_shared<identity>();
  fresh->id = user_id{"ann"};
  fresh->username = "Ann of now";
  caf::anon_send(actors().registry_for(den.str()), registry_room{den, update_member{ann.key, {fresh, {}}}});
  say(ann, command::post_to_room{den, "x"});
  run();
  REQUIRE(heard<event::message_posted>().size() == 1);
  CHECK(heard<event::message_posted>()[0].from.who->username == "Ann of now");
}

TEST_CASE_FIXTURE(actor_world, "room: a crash is told to the networks, and a new join makes a new room") {
  const auto ann = join_as("ann");
  say(ann, command::join_room{den});
  run();
  const auto topic = shard().listening.front().first;
  REQUIRE(find_room(den));
  crash(find_room(den));
  REQUIRE(shard(0).failed_topics.size() == 1);
  CHECK(shard(0).failed_topics[0].topic == topic);
  CHECK(shard(1).failed_topics.size() == 1);
  caf::anon_send(ann.session, room_lost{den});
  say(ann, command::post_to_room{den, "x"});
  run();
  CHECK(last_failure() == errc::not_a_member);
  say(ann, command::join_room{den});
  run();
  CHECK(std::holds_alternative<event::room_joined>(shard().outcomes.back().what->body));
}
