#include "tests/unit/actors/support/fixture.hpp"

#include <algorithm>

#include "actors/store/sql_store.hpp"

namespace parley::test {
namespace {

caf::actor_system_config& deterministic(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  return config;
}

timestamp the_time{std::chrono::hours{24 * 365 * 55}};

/// One database in memory for all, on the scheduler: its work is done within `run`.
std::optional<store_setup> memory_store() {
  store_setup setup;
  setup.open_writer = [] { return open_sql_store("sqlite::memory:"); };
  setup.threads = false;
  return setup;
}

}  // namespace

network_hdl::behavior_type record_network(network_hdl::pointer, std::shared_ptr<shard_record> into) {
  auto& to = *into;
  return {
      [into, &to](const session_accepted& said) { to.accepted.push_back(said); },
      [&to](const session_refused& said) { to.refused.push_back(said); },
      [](const session_refreshed&) {},
      [&to](const session_ended& said) { to.ended.push_back(said); },
      [&to](const subscribe& said) { to.listening.emplace_back(said.topic, said.key); },
      [&to](const unsubscribe& said) {
        std::erase(to.listening, std::pair{said.topic, said.key});
      },
      [&to](const deliver& said) { to.deliveries.push_back(*said.it); },
      [&to](const outcome& said) { to.outcomes.push_back(said); },
      [](const ask_client&) {},
      [&to](const scope_presence& said) { to.scopes.push_back(said); },
      [](const list_sessions&) {},
      [](const notify_role&) {},
      [](const kick_session&) {},
      [&to](const topic_failed& said) { to.failed_topics.push_back(said); },
      [&to](const presence_failed& said) { to.failed_presences.push_back(said); },
      [&to](const core_changed& said) { to.core = said.now; },
  };
}

actor_world::actor_world() : system_{deterministic(config_)} {
  how.auth.development = true;
  how.now = [] { return the_time; };
  auto made = std::make_shared<settings>(how);
  made->presence_broadcast_limit = 4;
  made->rooms_per_session = 3;
  settings_ = made;
  for (int index = 0; index < 2; ++index) {
    shards_.push_back(std::make_shared<shard_record>());
    networks_.push_back(system_.spawn(record_network, shards_.back()));
  }
  guardian_ =
      system_.spawn(guardian_actor, guardian_start{settings_, networks_, 2, memory_store(), [this] { ++gave_up; }});
  run();
}

actor_world::~actor_world() {
  caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
  for (const auto& network : networks_) caf::anon_send_exit(network, caf::exit_reason::user_shutdown);
  run();
  system_.await_actors_before_shutdown(false);
}

caf::scheduler::test_coordinator& actor_world::scheduler() {
  return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
}

void actor_world::pass(std::chrono::milliseconds time) {
  the_time += time;
  scheduler().advance_time(time);
  run();
}

player actor_world::join_as(const std::string& user, std::uint8_t shard) {
  const auto key = session_key::make(shard, next_, next_);
  ++next_;
  const session_ref me{key, networks_[shard]};
  const auto session = system_.spawn(
      session_actor, session_start{settings_, shards_[shard]->core, me, {json::object(), {}, {}, user}, hears});
  run();
  return {key, session};
}

void actor_world::say(const player& who, any_command what) {
  origin from;
  from.key = who.key;
  from.by = dialects::dialect_id::rooms;
  caf::anon_send(who.session, session_command{std::move(what), std::move(from)});
}

void actor_world::leave(const player& who) {
  caf::anon_send(who.session, close_session{});
  run();
}

errc actor_world::last_failure(std::size_t index) {
  REQUIRE_FALSE(shard(index).outcomes.empty());
  const auto* failed = std::get_if<event::command_failed>(&shard(index).outcomes.back().what->body);
  REQUIRE(failed != nullptr);
  return failed->reason.code;
}

}  // namespace parley::test
