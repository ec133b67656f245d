// The parts of the registry actor's behaviour: what comes for users (registry_users), and all else (registry).
#pragma once

#include "actors/registry.hpp"

namespace parley::registering {

/// To whoever waits, in place of the actor that is not there.
void answer(registry_pointer self, const origin& to, any_event what, bool emit = false);

/// Passes it on to the user's presence, or answers in its place.
void take(registry_pointer self, registry_user& said);

/// For a user who has no presence yet: says to a new directory that the user is here, and spawns the presence where the
/// session is gone with its node. `before`: what the registry knew until now.
void on_core_changed(registry_pointer self, const user_id& user, registry_data::presence_entry& presence,
                     const core& before);

}  // namespace parley::registering
