// The directory actor: the users who are online, and the one voice that announces their coming and going, so that
// counts and order are the same for everybody. One per node, started by the guardian.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/directory_state.hpp"

namespace parley {

struct directory_data {
  static inline const char* name = "directory";

  settings_ptr settings;
  core_ptr core;
  directory_state users;
};

using directory_pointer = directory_hdl::stateful_pointer<directory_data>;

directory_hdl::behavior_type directory_actor(directory_pointer self, settings_ptr settings);

}  // namespace parley
