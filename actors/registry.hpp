// The registry actor: from a name to its actor. The only spawner of rooms, presences and conversations, and the only
// one who lets them retire. Several per node, sharded by the hash of the key. Invariant: at most one room of a name,
// one presence of a user.
#pragma once

#include <unordered_map>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"

namespace parley {

struct registry_data {
  static inline const char* name = "registry";

  /// `passed`: how many joins (of a room), attaches (of a presence), or messages (of a conversation) were passed on.
  template <class Handle>
  struct entry {
    Handle actor;
    std::uint64_t passed = 0;
    timestamp last{};          // when something was passed on last; kept for conversations
    std::size_t sessions = 0;  // of a presence: as many as attached and did not detach, or more
    std::uint64_t keys = 0;    // theirs, combined by exclusive or: where there is one session, its own
  };

  settings_ptr settings;
  core_ptr core;
  std::unordered_map<room_name, entry<room_hdl>> rooms;
  std::unordered_map<user_id, entry<presence_hdl>> presences;
  std::unordered_map<conversation_id, entry<conversation_hdl>> conversations;
};

using registry_pointer = registry_hdl::stateful_pointer<registry_data>;

registry_hdl::behavior_type registry_actor(registry_pointer self, settings_ptr settings);

}  // namespace parley
