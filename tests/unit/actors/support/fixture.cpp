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

network_hdl::behavior_type record_network(network_hdl::pointer self, std::shared_ptr<shard_record> into) {
  auto& to = *into;
  return {
      [into, &to](const session_accepted& said) { to.accepted.push_back(said); },
      [&to](const session_refused& said) { to.refused.push_back(said); },
      [](const session_refreshed&) {},
      [&to](const session_ended& said) { to.ended.push_back(said); },
      [self, &to](const subscribe& said) {
        if (std::find(to.listening.begin(), to.listening.end(), std::pair{said.topic, said.key}) == to.listening.end())
          to.listening.emplace_back(said.topic, said.key);
        const auto session = to.sessions.find(said.key);
        if (session == to.sessions.end()) return;
        if (const auto* room = std::get_if<room_name>(&said.what))
          self->send(session->second, room_entered{*room, said.topic});
        else
          self->send(session->second, conversation_entered{std::get<conversation_id>(said.what), said.topic});
      },
      [self, &to](const unsubscribe& said) {
        std::erase(to.listening, std::pair{said.topic, said.key});
        const auto session = to.sessions.find(said.key);
        if (session == to.sessions.end() || said.what.str().empty()) return;
        self->send(session->second, conversation_lost{said.what, said.refused});
      },
      [&to](const deliver& said) { to.deliveries.push_back(*said.it); },
      [&to](const outcome& said) { to.outcomes.push_back(said); },
      [](const ask_client&) {},
      [&to](const scope_presence& said) { to.scopes.push_back(said); },
      [](const list_sessions&) {},
      [](const notify_role&) {},
      [](const kick_session&) {},
      [&to](const topic_failed& said) { to.failed_topics.push_back(said); },
      [](const tokens_revoked&) {},
      [&to](const presence_failed& said) { to.failed_presences.push_back(said); },
      [](const session_attached&) {},
      [](const http_forward&) {},
      [](const http_forwarded&) {},
      [](const http_gone&) {},
      [](const end_of_wait&) {},
      [&to](const core_changed& said) { to.core = said.now; },
  };
}

actor_world::actor_world() : system_{deterministic(config_)} {
  how.auth->set({.development = true});
  how.now = [] { return the_time; };
  auto made = std::make_shared<settings>(how);
  made->presence_broadcast_limit = 4;
  made->users_list_broadcast = 2;
  made->rooms_per_session = 3;
  made->conversations_per_session = 3;
  made->conversations_per_registry = 10;
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

namespace {

template <class Key>
caf::actor find_in(const core& actors, const Key& key, auto entries) {
  const auto& registry = actors.local_registry_for(key.str());
  auto* running =
      dynamic_cast<registry_hdl::stateful_base<registry_data>*>(caf::actor_cast<caf::abstract_actor*>(registry));
  const auto& all = running->state.*entries;
  const auto found = all.find(key);
  return found == all.end() ? caf::actor{} : caf::actor_cast<caf::actor>(found->second.actor);
}

}  // namespace

caf::actor actor_world::find_room(const room_name& name) { return find_in(actors(), name, &registry_data::rooms); }

caf::actor actor_world::find_presence(const user_id& id) { return find_in(actors(), id, &registry_data::presences); }

caf::actor actor_world::find_conversation(const conversation_id& id) {
  return find_in(actors(), id, &registry_data::conversations);
}

void actor_world::change_members(members_changed to) {
  caf::anon_send(guardian_, std::move(to));
  run();
  // As network actors do.
  for (const auto& each : shards_)
    for (const auto& [key, session] : each->sessions) caf::anon_send(session, owners_changed{each->core});
  run();
}

void actor_world::pass(std::chrono::milliseconds time) {
  the_time += time;
  scheduler().advance_time(time);
  run();
}

player actor_world::join_as(const std::string& user, std::uint8_t shard) {
  const auto key = session_key::make(shard, next_, next_, actors().nodes.self());
  ++next_;
  const auto session = system_.spawn(
      session_actor, std::make_unique<session_start>(session_start{
                         settings_, shards_[shard]->core, key, networks_[shard], {.query_user = user}, hears}));
  shards_[shard]->sessions.emplace(key, session);
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
