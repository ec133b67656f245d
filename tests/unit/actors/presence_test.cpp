#include "actors/presence.hpp"

#include "actors/registry.hpp"
#include "tests/unit/actors/support/fixture.hpp"

using namespace parley;
using namespace parley::test;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(actor_world,
                  "presence: a user comes online with the first session and goes offline after the grace") {
  const auto ann = join_as("ann");
  const auto again = join_as("ann", 1);
  CHECK(heard<event::user_came_online>().size() == 1);
  leave(ann);
  pass(3s);
  CHECK(heard<event::user_went_offline>().empty());
  leave(again);
  pass(1900ms);
  CHECK(heard<event::user_went_offline>().empty());
  pass(200ms);
  REQUIRE(heard<event::user_went_offline>().size() == 1);
  CHECK(heard<event::user_went_offline>()[0].online_count == 0);
}

TEST_CASE_FIXTURE(actor_world, "presence: a reload within the grace is silent") {
  leave(join_as("ann"));
  pass(1s);
  const auto back = join_as("ann");
  pass(10s);
  CHECK(heard<event::user_came_online>().size() == 1);
  CHECK(heard<event::user_went_offline>().empty());
  leave(back);
  pass(3s);
  CHECK(heard<event::user_went_offline>().size() == 1);
}

TEST_CASE_FIXTURE(actor_world, "presence: a user has an actor as soon as something is said to them, and not before") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  CHECK(heard<event::user_came_online>().size() == 2);
  CHECK_FALSE(find_presence(user_id{"ann"}));
  say(ben, command::post_to_user{user_id{"ann"}, "psst"});
  run();
  CHECK(find_presence(user_id{"ann"}));
  CHECK_FALSE(find_presence(user_id{"ben"}));
  CHECK(std::get<to_sessions>(shard().deliveries.back().to).keys == std::vector{ann.key});
  leave(ben);
  pass(how.presence_grace);
  CHECK(heard<event::user_went_offline>().size() == 1);
  CHECK_FALSE(find_presence(user_id{"ben"}));
}

TEST_CASE_FIXTURE(actor_world, "presence: a private message reaches all sessions, and the sender's others get a copy") {
  const auto ann = join_as("ann", 0);
  const auto other = join_as("ann", 1);
  const auto ben = join_as("ben", 0);
  shard(0).deliveries.clear();
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  run();
  REQUIRE(shard(0).deliveries.size() >= 1);
  CHECK(std::get<to_sessions>(shard(0).deliveries[0].to).keys == std::vector{ben.key});
  REQUIRE(shard(1).deliveries.size() >= 1);
  const auto& copy = shard(1).deliveries.back();
  CHECK(std::get<event::message_posted>(copy.what->body).copy);
  CHECK(std::get<to_sessions>(copy.to).keys == std::vector{other.key});
  CHECK(copy.except.empty());
}

TEST_CASE_FIXTURE(actor_world, "presence: the copy reaches the other session also when the sender leaves at once") {
  const auto ann = join_as("ann", 0);
  const auto other = join_as("ann", 1);
  join_as("ben", 0);
  shard(1).deliveries.clear();
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  leave(ann);
  run();
  REQUIRE(shard(1).deliveries.size() == 1);
  CHECK(std::get<to_sessions>(shard(1).deliveries[0].to).keys == std::vector{other.key});
}

TEST_CASE_FIXTURE(actor_world, "presence: nobody there, or only within the grace: user_offline") {
  const auto ann = join_as("ann");
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  run();
  CHECK(last_failure() == errc::user_offline);
  leave(join_as("ben"));
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  run();
  CHECK(last_failure() == errc::user_offline);
}

TEST_CASE_FIXTURE(actor_world, "presence: where no session has private messages: user_offline") {
  const auto ann = join_as("ann");
  hears = {dialects::dialect_id::messenger};
  const auto ben = join_as("ben");
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  run();
  CHECK(last_failure() == errc::user_offline);
  hears = {dialects::dialect_id::hub};
  join_as("ben");
  say(ann, command::post_to_user{user_id{"ben"}, "psst"});
  run();
  CHECK(std::holds_alternative<event::message_posted>(shard().outcomes.back().what->body));
}

TEST_CASE_FIXTURE(actor_world, "directory: who comes in chat's words is told so after the list") {
  hears = {dialects::dialect_id::chat};
  const auto ann = join_as("ann");
  const auto& told = shard().outcomes;
  REQUIRE(told.size() == 2);
  CHECK(std::holds_alternative<event::people_listed>(told[0].what->body));
  CHECK(std::get<event::user_came_online>(told[1].what->body).user.who->id == user_id{"ann"});
  CHECK(told[1].emit);
  CHECK(told[1].to.by == dialects::dialect_id::chat);
  CHECK(told[1].to.own);
  say(ann, command::list_people{});
  run();
  CHECK(told.size() == 3);
}

TEST_CASE_FIXTURE(actor_world, "directory: above the limit arrivals are told to those who watch the user only") {
  for (const auto* name : {"a", "b", "c"}) join_as(name);
  CHECK(heard<event::user_came_online>().size() == 3);
  const auto last = join_as("d");
  REQUIRE(heard<event::user_came_online>().size() == 4);
  const auto& told = std::get<to_acquaintances>(shard().deliveries.back().to);
  CHECK(told.user == user_id{"d"});
  CHECK(told.topics.empty());
  say(last, command::summarize_users{});
  run();
  CHECK(std::get<event::users_summarized>(shard().outcomes.back().what->body).total == 4);
}

TEST_CASE_FIXTURE(actor_world, "directory: above the limit, a shard where nobody watches users hears of none") {
  for (const auto* name : {"a", "b", "c"}) join_as(name);
  caf::anon_send(actors().directory, shard_watches{1, false});
  run();
  const auto last = join_as("d");
  CHECK(heard<event::user_came_online>(0).size() == 4);
  CHECK(heard<event::user_came_online>(1).size() == 3);
  caf::anon_send(actors().directory, shard_watches{1, true});
  run();
  join_as("e");
  CHECK(heard<event::user_came_online>(1).size() == 4);
}

TEST_CASE_FIXTURE(actor_world, "directory: a shard where nobody watches hears who left a room") {
  for (const auto* name : {"a", "b", "c", "e"}) join_as(name);
  const auto leaving = join_as("d");
  caf::anon_send(actors().directory, shard_watches{0, false});
  caf::anon_send(actors().directory, shard_watches{1, false});
  run();
  caf::anon_send(actors().registry_for("d"), registry_user{user_id{"d"}, detach_session{leaving.key, {42}}});
  run();
  pass(3s);
  REQUIRE(heard<event::user_went_offline>(1).size() == 1);
  CHECK(std::get<to_acquaintances>(shard(1).deliveries.back().to).topics == std::vector<topic_id>{42});
}

TEST_CASE_FIXTURE(actor_world, "guardian: a crashed directory is restarted, and knows who is online") {
  const auto ann = join_as("ann");
  join_as("ben");
  const auto before = actors().directory;
  crash(before);
  CHECK(actors().directory != before);
  caf::anon_send(ann.session, owners_changed{shard().core});
  say(ann, command::list_users{});
  run();
  CHECK(std::get<event::users_listed>(shard().outcomes.back().what->body).users.size() == 2);
  CHECK(heard<event::user_came_online>().size() == 2);
}

TEST_CASE_FIXTURE(actor_world,
                  "guardian: after a registry crashed, its rooms can be joined again and users be reached") {
  const auto ann = join_as("ann");
  const auto ben = join_as("ben");
  const room_name den{"den"};
  say(ann, command::join_room{den});
  run();
  for (const auto& registry : std::vector{actors().registries}) crash(registry);
  for (const auto& each : {ann, ben}) caf::anon_send(each.session, owners_changed{shard().core});
  // As her network actor does.
  const auto& user = shard().accepted.front().user;
  caf::anon_send(actors().registry_for("ann"),
                 registry_user{user_id{"ann"}, attach_session{ann.key, user, true, true}});
  run();
  say(ann, command::join_room{den});
  run();
  CHECK(std::holds_alternative<event::room_joined>(shard().outcomes.back().what->body));
  say(ben, command::post_to_user{user_id{"ann"}, "still there?"});
  run();
  CHECK(std::holds_alternative<event::message_posted>(shard().outcomes.back().what->body));
}

TEST_CASE_FIXTURE(actor_world, "guardian: when restarting does not help, it gives up once") {
  for (std::size_t round = 0; round <= max_restarts && gave_up == 0; ++round) crash(actors().directory);
  CHECK(gave_up == 1);
}
