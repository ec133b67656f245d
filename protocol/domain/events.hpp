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

#include "protocol/domain/commands.hpp"
#include "protocol/domain/errors.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/model.hpp"
#include "protocol/domain/participant.hpp"
#include "protocol/json/json.hpp"

namespace parley {
namespace event {

/// To the session itself, as its first event. `auth` is the handshake's auth object.
struct session_opened {
  participant self;
  /// The CONNECT packet's auth object as JSON text; empty where there was none.
  std::string auth;
};

struct user_came_online {
  participant user;
  std::size_t online_count = 0;
};

struct user_went_offline {
  participant user;
  std::size_t online_count = 0;
  timestamp last_seen{};
};

/// To the session that joined. `label` as in command::join_room: set for groups, which only their own dialect speaks
/// of, and empty for rooms, likewise.
struct room_joined {
  room_name room;
  std::string label{};
};

/// To the session that left.
struct room_left {
  room_name room;
  std::string label{};
};

/// To the others in the room.
struct member_joined {
  participant user;
  room_name room;
  std::string label{};
};

struct member_left {
  participant user;
  room_name room;
  std::string label{};
};

/// To all of a group. The JSON texts of command::act_in_group.
struct group_acted {
  participant user;
  command::act_in_group what;
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
  /// Online, too, and left out of a list that would be too long.
  std::size_t unlisted = 0;

  std::size_t count() const { return users.size() + unlisted; }
};

/// Users by role, and since when each is connected, keyed by the user id's text.
struct users_summarized {
  std::size_t total = 0;
  std::map<std::string, std::size_t> by_role;
  std::map<std::string, timestamp> connected_since;
};

/// A back end's notification was written to so many sessions, of `count` users.
struct users_notified {
  std::size_t count = 0;
  std::size_t sessions = 0;
};

// -- conversations ---------------------------------------------------------------------------------------------------

/// To the session that joined.
struct conversation_joined {
  conversation_id in;
};

struct conversation_left {
  conversation_id in;
};

/// To the other participants. `profile` is null where no back end told us of the user.
struct typing_changed {
  conversation_id in;
  participant user;
  profile_ptr profile{};
  bool on = false;
};

/// The confirming event of a message, to its sender: durable now.
struct message_accepted {
  message what;
};

/// To everyone concerned. `profile` is the sender's; null where no back end told us of them.
struct message_received {
  message what;
  profile_ptr profile{};
};

/// The status of a message has risen, by what `by` has received or read.
struct message_status_changed {
  conversation_id in;
  message_id what;
  message_status status = message_status::sent;
  person by;
};

/// A receipt was taken: to the session that sent it, as the confirming event.
struct receipt_taken {
  conversation_id in;
  message_id what;
  message_status status = message_status::delivered;
  person by;
};

/// To all sessions of one user: how much of a conversation they have not read.
struct unread_changed {
  conversation_id in;
  std::uint64_t unread = 0;
  sequence last_read = 0;
};

/// To a session that has just connected: the conversations with something unread.
struct unread_listed {
  std::vector<conversation_summary> items;
};

struct message_edited {
  message what;
};

struct message_deleted {
  conversation_id in;
  message_id what;
  sequence seq = 0;
  revision rev = 0;
};

struct message_reacted {
  conversation_id in;
  message_id what;
  person by;
  std::string emoji;
  bool removed = false;
  std::map<std::string, std::uint64_t> counts;
  revision rev = 0;
};

struct history_listed {
  conversation_id in;
  history_page page;
};

/// A replay has come to its end: what was missed has been said.
struct history_replayed {
  conversation_id in;
  std::size_t count = 0;
  sequence last = 0;
  /// There is more than was said at once: ask again from `last`.
  bool more = false;
  /// All changes up to this one are known to who had them up to `after_rev`: ask again from it.
  revision rev = 0;
  /// As in command::replay_history.
  std::optional<revision> after_rev{};
};

struct presence_listed {
  std::vector<presence_info> users;
};

struct presence_watched {
  std::size_t count = 0;
};

/// To the sessions of the one who is called. `from` is who says it.
struct call_relayed {
  conversation_id in;
  command::call_step step = command::call_step::offer;
  std::string call;
  person from;
  std::string payload;
};

enum class call_state : std::uint8_t { ringing, busy, no_answer };

/// The server's own word on a call: to the sessions of the one who is called (ringing), or to the caller's.
struct call_changed {
  conversation_id in;
  std::string call;
  call_state state = call_state::ringing;
  person from;
  person to;
};

struct screen_shared {
  conversation_id in;
  std::string call;
  person by;
  bool on = false;
  std::string payload{};
};

struct file_progressed {
  person by;
  command::report_file what;
};

/// The list of users, as chat has it.
struct people_listed {
  std::vector<participant> users;
};

/// In chat, a user has come back, has another name, or is away (participant::away): to all, and as the confirming event
/// of command::announce_self.
struct self_announced {
  participant self;
  bool online = true;
};

// -- REST ------------------------------------------------------------------------------------------------------------

struct conversation_described {
  conversation what;
};

struct conversations_listed {
  std::vector<conversation_summary> items;
};

struct receipts_listed {
  std::vector<std::pair<person, message_status>> items;
};

struct user_stored {
  user_record what;
};

/// A back end's order is done.
struct done {};

struct pinged {
  participant user;
};

struct token_refreshed {
  timestamp expires_at;  // the epoch where the new token never ends
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
                 event::token_refreshed, event::command_failed, event::custom, event::group_acted,
                 event::conversation_joined, event::conversation_left, event::typing_changed, event::message_accepted,
                 event::message_received, event::message_status_changed, event::receipt_taken, event::unread_changed,
                 event::unread_listed, event::message_edited, event::message_deleted, event::message_reacted,
                 event::history_listed, event::history_replayed, event::presence_listed, event::presence_watched,
                 event::call_relayed, event::call_changed, event::screen_shared, event::file_progressed,
                 event::people_listed, event::self_announced, event::conversation_described,
                 event::conversations_listed, event::receipts_listed, event::user_stored, event::done>;

struct domain_event {
  timestamp at{};
  any_event body;
};

using event_ptr = std::shared_ptr<const domain_event>;

/// Of one of the events above, or of `any_event`.
template <class Body>
event_ptr make_event(timestamp at, Body body) {
  auto made = std::make_shared<domain_event>();
  made->at = at;
  made->body = std::move(body);
  return made;
}

}  // namespace parley
