// Actors on CAF's deterministic scheduler, with a database in memory: nothing runs until `run`, time passes only by
// `pass`. The network actor is a recorder of what it is told.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <doctest/doctest.h>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/guardian.hpp"
#include "actors/registry.hpp"
#include "actors/session.hpp"

namespace parley::test {

/// What one shard's network actor was told.
struct shard_record {
  std::map<session_key, session_hdl> sessions;
  std::vector<session_accepted> accepted;
  std::vector<session_refused> refused;
  std::vector<session_ended> ended;
  std::vector<delivery> deliveries;
  std::vector<outcome> outcomes;
  std::vector<std::pair<topic_id, session_key>> listening;
  std::vector<topic_failed> failed_topics;
  std::vector<presence_failed> failed_presences;
  std::vector<scope_presence> scopes;
  core_ptr core;
};

network_hdl::behavior_type record_network(network_hdl::pointer self, std::shared_ptr<shard_record> into);

/// Nobody but `address` refers to that actor any more: an attachable that outlives it, as CAF's watchers do, would.
template <class Address>
bool is_forgotten(const Address& address) {
  return address.get()->strong_refs == 0 && address.get()->weak_refs == 1;
}

/// A client as the tests play it.
struct player {
  session_key key;
  session_hdl session;
};

class actor_world {
 public:
  actor_world();
  ~actor_world();

  /// A session of `user` on shard `shard`, accepted. Roles as in a token.
  player join_as(const std::string& user, std::uint8_t shard = 0);
  void say(const player& who, any_command what);
  void leave(const player& who);

  void run() { scheduler().run(); }
  void pass(std::chrono::milliseconds time);

  shard_record& shard(std::size_t index = 0) { return *shards_[index]; }
  const core& actors() const { return *shards_[0]->core; }
  caf::actor_system& system() { return system_; }
  /// The actor of that room, user or conversation; none where it does not run.
  caf::actor find_room(const room_name& name);
  caf::actor find_presence(const user_id& id);
  caf::actor find_conversation(const conversation_id& id);
  /// The members of the cluster are others from now on.
  void change_members(members_changed to);
  /// Ends an actor as a crash would.
  template <class Handle>
  void crash(const Handle& which) {
    caf::anon_send_exit(which, caf::exit_reason::kill);
    run();
  }

  /// Bodies of the events of one kind that a shard was told, whoever they were for.
  template <class Event>
  std::vector<Event> heard(std::size_t index = 0) {
    return bodies_in<Event>(shard(index).deliveries);
  }

  /// Likewise, of what commands came to.
  template <class Event>
  std::vector<Event> outcomes(std::size_t index = 0) {
    return bodies_in<Event>(shard(index).outcomes);
  }

  /// The last outcome's error code; fails the test where it is a success.
  errc last_failure(std::size_t index = 0);

  int gave_up = 0;
  /// What the sessions of `join_as` hear.
  dialects::dialect_set hears{dialects::dialect_id::rooms};
  settings how;

 private:
  template <class Event, class Said>
  static std::vector<Event> bodies_in(const std::vector<Said>& all) {
    std::vector<Event> found;
    for (const auto& each : all)
      if (const auto* body = std::get_if<Event>(&each.what->body)) found.push_back(*body);
    return found;
  }

  caf::scheduler::test_coordinator& scheduler();

  caf::actor_system_config config_;
  caf::actor_system system_;
  std::vector<std::shared_ptr<shard_record>> shards_;
  std::vector<network_hdl> networks_;
  settings_ptr settings_;
  guardian_hdl guardian_;
  std::uint32_t next_ = 1;
};

}  // namespace parley::test
