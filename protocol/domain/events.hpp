// What has happened, in the words of the model: the dialects encode these into wire events, each in its own vocabulary.
// Past tense. Made by actors, immutable and shared from then on (`event_ptr`), read on every shard.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "protocol/domain/errors.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/participant.hpp"
#include "protocol/json/json.hpp"

namespace parley {
namespace event {

/// To the session itself, as its first event. `auth` is the handshake's auth object.
struct session_opened {
  participant self;
  json auth;
};

struct user_came_online {
  participant user;
  std::size_t online_count = 0;
};

struct user_went_offline {
  participant user;
  std::size_t online_count = 0;
};

/// To the session that joined.
struct room_joined {
  room_name room;
};

/// To the session that left.
struct room_left {
  room_name room;
};

/// To the others in the room.
struct member_joined {
  participant user;
  room_name room;
};

struct member_left {
  participant user;
  room_name room;
};

enum class scope { room, user, all };

/// `room` is set where the scope is `room`. `to_json`, the addressee's id as JSON text, is set where it is `user`;
/// `copy` marks what the sender's own other sessions get of a private message.
struct message_posted {
  message_id id;
  participant from;
  std::string text;
  event::scope scope = scope::all;
  room_name room{};
  std::string to_json{};
  bool copy = false;
};

struct announced {
  participant from;
  std::string text;
};

enum class reach { user, all, role };

/// From a back end over REST. `role` is set where the reach is `role`.
struct notified {
  participant from;
  std::string text;
  std::string type;
  event::reach reach = reach::all;
  std::string role{};
};

struct users_listed {
  std::vector<participant> users;
};

/// Users by role, and since when each is connected, keyed by the user id's text.
struct users_summarized {
  std::size_t total = 0;
  std::map<std::string, std::size_t> by_role;
  std::map<std::string, timestamp> connected_since;
};

/// A back end's notification has gone to `count` users who are online.
struct users_notified {
  std::size_t count = 0;
};

struct pinged {
  participant user;
};

struct token_refreshed {
  timestamp expires_at;
};

struct command_failed {
  error reason;
};

/// An event with a name and arguments of its own: conformance mode, and what back ends emit.
struct custom {
  std::string name;
  json args;
};

}  // namespace event

using any_event =
    std::variant<event::session_opened, event::user_came_online, event::user_went_offline, event::room_joined,
                 event::room_left, event::member_joined, event::member_left, event::message_posted, event::announced,
                 event::notified, event::users_listed, event::users_summarized, event::users_notified, event::pinged,
                 event::token_refreshed, event::command_failed, event::custom>;

struct domain_event {
  timestamp at{};
  any_event body;
};

using event_ptr = std::shared_ptr<const domain_event>;

template <class Body>
event_ptr make_event(timestamp at, Body body) {
  return std::make_shared<const domain_event>(domain_event{at, std::move(body)});
}

}  // namespace parley
