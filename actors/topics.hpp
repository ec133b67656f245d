// The topic of a room or conversation: found out from its name, so that listeners stay listeners wherever in the
// cluster the actor of that name lives. Pure. Invariant: nobody can find a name with another name's topic, as who is
// let into the one would hear the other.
#pragma once

#include <string>
#include <variant>

#include "actors/network_messages.hpp"
#include "protocol/auth/digest.hpp"

namespace parley {

inline topic_id topic_of(const room_name& room) { return auth::digest64("room\n" + room.str()); }
inline topic_id topic_of(const conversation_id& conversation) {
  return auth::digest64("conversation\n" + conversation.str());
}

/// The key by which its owner is found.
inline const std::string& key_of(const topic_source& what) {
  return std::visit([](const auto& name) -> const std::string& { return name.str(); }, what);
}

}  // namespace parley
