// What a client can ask for, in the words of the model: the dialects decode wire events into these. Imperative.
// On the way from the network actor to the session, which checks and forwards them to the actor concerned.
#pragma once

#include <string>
#include <variant>

#include "protocol/domain/ids.hpp"
#include "protocol/json/json.hpp"

namespace parley {
namespace command {

struct join_room {
  room_name room;
};

struct leave_room {
  room_name room;
};

/// Refused with `not_a_member` unless the session has joined.
struct post_to_room {
  room_name room;
  std::string text;
};

/// Reaches every session of that user and the sender's other sessions; `user_offline` where there is none.
struct post_to_user {
  user_id to;
  std::string text;
};

struct post_to_all {
  std::string text;
};

/// For admins only.
struct announce {
  std::string text;
};

struct list_users {};

struct summarize_users {};

struct ping {};

struct refresh_token {
  std::string token;
};

/// Emit an event back to the sender, asking for an ack when `want_ack` (conformance mode).
struct emit_back {
  std::string event;
  json args;
  bool want_ack = false;
};

/// Answer the sender's ack with these values as they are (conformance mode).
struct acknowledge {
  json args;
};

}  // namespace command

using any_command = std::variant<command::join_room, command::leave_room, command::post_to_room, command::post_to_user,
                                 command::post_to_all, command::announce, command::list_users, command::summarize_users,
                                 command::ping, command::refresh_token, command::emit_back, command::acknowledge>;

}  // namespace parley
