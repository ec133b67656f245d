// The steward actor: keeps this node's place in the cluster. It asks the database who is a member, has the others
// called, proposes to take out who does not answer, and tells everyone here when the members change. Then it sees to it
// that the change settles: that this node's sessions are told to the new owners, that what this node owned before is
// finished and has arrived, and that all others have come as far. One per node, spawned by the composition root.
// Invariant: the guardian hears of views in their order, each with all its members answering.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/cluster/link.hpp"
#include "actors/state/cluster_state.hpp"

namespace parley {

/// The database is asked at every so many `link_tick`s, and when there is reason. A lease that is not renewed for
/// `cluster_lease` lets others take a node out.
inline constexpr std::uint64_t ticks_per_look = 3;
inline constexpr std::chrono::milliseconds cluster_lease{2500};
/// A member that never answered is given up on after this.
inline constexpr std::chrono::milliseconds cluster_patience{3000};
/// How often seeds are called while a node that the database names is not reached.
inline constexpr std::chrono::milliseconds seed_interval{2000};

/// What others may know of this node's place without asking.
struct cluster_standing {
  /// A member, with all others told: clients may come.
  std::atomic<bool> member{false};
  /// It has left by itself, and what it owned has been handed over.
  std::atomic<bool> handed_over{false};
  std::atomic<std::uint64_t> view{0};
  std::atomic<std::size_t> nodes{0};
  /// False since it was asked in vain who the members are.
  std::atomic<bool> database_answers{false};
};

struct steward_start {
  settings_ptr settings;
  std::uint32_t number = 0;
  std::string name;
  guardian_hdl guardian;
  std::function<std::unique_ptr<roster>()> open_roster;
  /// Calls a node at host:port; `then` gets its gateway, or nothing.
  std::function<void(const std::string& address, std::function<void(caf::actor)> then)> call;
  /// Addresses that are called, too, whoever is there: for nodes that the addresses in the database do not reach.
  std::vector<std::string> seeds{};
  std::chrono::milliseconds timeout{1400};
  /// Called once when the others have taken this node out: it must begin anew.
  std::function<void()> taken_out;
  std::shared_ptr<cluster_standing> standing;
};

struct steward_data {
  static inline const char* name = "steward";

  explicit steward_data() : state{0, {}, {}} {}

  steward_start with;
  cluster_state state;
  core_ptr core;
  roster_hdl roster;
  bool asking = false;  // the database
  bool ask_again = false;
  bool proposed = false;  // something, since the last look
  bool leaving = false;
  bool out = false;
  std::unordered_map<std::uint32_t, peer_up> peers;  // that answer
  std::set<std::uint32_t> calling;
  std::set<std::uint32_t> linking;
  cluster_state::time_point seeds_called{};
  lease_ptr lease = std::make_shared<std::atomic<std::int64_t>>(0);
  cluster_state::time_point asked_at{};
  std::uint64_t ticks = 0;

  /// How far the change to the present view has settled.
  struct settling {
    std::uint64_t view = 0;
    std::size_t keepers = 0;  // registries, and the directory
    std::size_t shards = 0;
    bool flushing = false;
    bool told = false;
    std::set<std::uint32_t> unflushed;
    std::set<std::uint32_t> unsettled;
    bool done = true;
  } settle;
  /// Nodes that have settled, by view: some are faster than this one.
  std::unordered_map<std::uint64_t, std::set<std::uint32_t>> settled;
};

using steward_pointer = steward_hdl::stateful_pointer<steward_data>;

steward_hdl::behavior_type steward_actor(steward_pointer self, steward_start with);

}  // namespace parley
