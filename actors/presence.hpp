// The presence actor: one user's sessions, wherever they are. Says when the user comes online and goes offline, and
// reaches all sessions of the user. Spawned by the registry with the first thing that is said to the user after the
// first session came, retires when the user is offline.
#pragma once

#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/call_line.hpp"
#include "actors/state/presence_state.hpp"
#include "protocol/domain/uuid.hpp"

namespace parley {

/// A user's telephone, once there was a call.
struct telephone {
  call_line line;
  session_key by{};           // that called, or answered
  event::call_relayed offer;  // the call that rings
};

struct presence_data {
  static inline const char* name = "presence";

  user_id user;
  settings_ptr settings;
  core_ptr core;
  registry_hdl registry;
  presence_state sessions;
  std::unique_ptr<telephone> phone;
  uuid_v7_generator ids{0};
};

using presence_pointer = presence_hdl::stateful_pointer<presence_data>;

/// Frees the line of whoever made that offer: it came to nothing. To their presence.
tell_call end_of_call(const event::call_relayed& offer, const person& by, timestamp at);

/// `first`: the user's first session, of which the directory knows already.
presence_hdl::behavior_type presence_actor(presence_pointer self, user_id user, settings_ptr settings, core_ptr core,
                                           registry_hdl registry, attach_session first);

}  // namespace parley
