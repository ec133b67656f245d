// The room actor: single writer of who is in the room and of the order of what is said there. Spawned by the registry
// on the first join, retires when empty. Invariant: a member's shard hears `subscribe` before anything that is meant
// for it, and each event goes to each shard of this node, and to each other node, with members exactly once.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/room_state.hpp"
#include "protocol/domain/uuid.hpp"

namespace parley {

struct room_data {
  static inline const char* name = "room";

  room_name room;
  topic_id topic = 0;
  settings_ptr settings;
  core_ptr core;
  registry_hdl registry;
  room_state members;
  uuid_v7_generator ids{0};
};

using room_pointer = room_hdl::stateful_pointer<room_data>;

room_hdl::behavior_type room_actor(room_pointer self, room_name name, settings_ptr settings, core_ptr core,
                                   registry_hdl registry);

}  // namespace parley
