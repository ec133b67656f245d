// The registry actor: from a name to its actor. The only spawner of rooms, presences and conversations, and the only
// one who lets them retire. Several per node, sharded by the hash of the key. Invariant: at most one room of a name,
// one presence of a user. Of a cluster's nodes, the owner of a key has its actor: what comes for a key of another's
// goes on to that node, and what comes for one that was another's until now waits until all nodes have said who is
// where.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/settling.hpp"

namespace parley {

struct registry_data {
  static inline const char* name = "registry";

  registry_data() = default;
  registry_data(const registry_data&) = delete;
  registry_data& operator=(const registry_data&) = delete;
  /// What it knew ends with it: nobody else could let it retire.
  ~registry_data();

  /// `passed`: how many joins (of a room) or messages (of a conversation) were passed on.
  template <class Handle>
  struct entry {
    Handle actor;
    std::uint64_t passed = 0;
    timestamp last{};  // when something was passed on last; kept for conversations
  };
  /// A user's. There is no actor as long as one session came, and nothing else was said: that waits in `first`.
  struct presence_entry {
    presence_hdl actor;
    std::unique_ptr<attach_session> first;
    std::uint64_t passed = 0;    // attaches
    std::uint64_t sessions = 0;  // as many as attached and did not detach, or more
    std::uint64_t keys = 0;      // theirs, combined by exclusive or: where there is one session, its own
  };

  settings_ptr settings;
  core_ptr core;
  std::unordered_map<room_name, entry<room_hdl>> rooms;
  boost::unordered_flat_map<user_id, presence_entry, std::hash<user_id>> presences;  // the one that grows large
  std::unordered_map<conversation_id, entry<conversation_hdl>> conversations;

  using order = std::variant<registry_join, registry_room, registry_user, registry_conversation>;
  /// While keys that came here settle.
  settling<order> moves;
  /// Actors whose keys moved away, and who finish what they began.
  std::set<caf::actor_addr> moving;
};

using registry_pointer = registry_hdl::stateful_pointer<registry_data>;

registry_hdl::behavior_type registry_actor(registry_pointer self, settings_ptr settings);

}  // namespace parley
