// What a client can ask for, in the words of the model: the dialects decode wire events into these. Imperative.
// On the way from the network actor to the session, which checks and forwards them to the actor concerned.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/model.hpp"
#include "protocol/domain/number_ranges.hpp"
#include "protocol/json/json.hpp"

namespace parley {
namespace command {

/// `label`: the name as JSON text, as the client wrote it, where it may be a number (groups); else empty.
struct join_room {
  room_name room;
  std::string label{};
};

struct leave_room {
  room_name room;
  std::string label{};
};

/// Something a member did, told to the whole group. JSON texts as the client wrote them, empty where absent:
/// `series` and `episode` of an episode watched, or `type` and `data` of any other activity.
struct act_in_group {
  room_name room;
  std::string label;
  std::string series{};
  std::string episode{};
  std::string type{};
  std::string data{};
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

// -- conversations ---------------------------------------------------------------------------------------------------

struct join_conversation {
  conversation_id in;
};

struct leave_conversation {
  conversation_id in;
};

struct set_typing {
  conversation_id in;
  bool on = false;
};

/// `content` is JSON text. `id` is set where the client chose the message's id itself. `words` as in
/// message.
struct post_message {
  conversation_id in;
  message_type type = message_type::text;
  std::string content;
  std::string client_id{};
  message_id reply_to{};
  message_id id{};
  std::string words{};
};

/// The receipt for a message, and with it for all before.
struct acknowledge_message {
  conversation_id in;
  message_id what;
  message_status status = message_status::delivered;
};

/// `in` is empty where the vocabulary does not say: the message's id finds its conversation.
struct edit_message {
  conversation_id in;
  message_id what;
  std::string content;
  std::string words{};
};

struct delete_message {
  conversation_id in;
  message_id what;
};

struct react_to_message {
  conversation_id in;
  message_id what;
  std::string emoji;
  bool remove = false;
};

/// `before` and `after` exclude each other.
struct list_history {
  conversation_id in;
  std::optional<sequence> before{};
  std::optional<sequence> after{};
  std::size_t limit = 50;
};

/// What the session missed after a message is told to it, in order, as if it came now; with `after_rev` also what was
/// changed since in messages that it has. `heard`: what its shard knows that it has; never from the client.
struct replay_history {
  conversation_id in;
  sequence after = 0;
  std::optional<revision> after_rev{};
  std::vector<number_range> heard{};
};

struct query_presence {
  std::vector<person> users;
};

/// From now on the session hears of the coming and going of these users only; none: of everyone as before.
struct watch_presence {
  std::vector<user_id> users;
};

enum class call_step : std::uint8_t { offer, answer, candidate, hangup };

/// A step of a call, relayed to `to`. `payload` is JSON text.
struct relay_call {
  conversation_id in;
  call_step step = call_step::offer;
  std::string call;
  user_id to;
  std::string payload;
};

struct share_screen {
  conversation_id in;
  std::string call{};
  bool on = false;
  /// Whom it is shared with; empty: all who are in the conversation. `payload` is JSON text, or empty.
  user_id to{};
  std::string payload{};
};

/// `file` is JSON text of the file's id.
struct report_file {
  conversation_id in;
  std::string file;
  std::string name{};
  std::uint64_t size = 0;
  std::uint64_t sent = 0;
};

/// A client's own announcement, in chat, of its coming or going. `username` must be the user's own, or is what the user
/// is called from then on where the token names nobody; empty where the client did not say.
struct announce_self {
  bool online = true;
  std::string username{};
};

/// The list of users, as chat has it: an event to oneself.
struct list_people {};

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

using any_command =
    std::variant<command::join_room, command::leave_room, command::post_to_room, command::post_to_user,
                 command::post_to_all, command::announce, command::list_users, command::summarize_users, command::ping,
                 command::refresh_token, command::emit_back, command::acknowledge, command::act_in_group,
                 command::join_conversation, command::leave_conversation, command::set_typing, command::post_message,
                 command::acknowledge_message, command::edit_message, command::delete_message,
                 command::react_to_message, command::list_history, command::replay_history, command::query_presence,
                 command::watch_presence, command::relay_call, command::share_screen, command::report_file,
                 command::announce_self, command::list_people>;

}  // namespace parley
