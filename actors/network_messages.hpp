// The messages to a network actor: who came and went, what is to be said to whom, what became of a command. Plain
// values, like those of messages.hpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/core.hpp"

namespace parley {

struct session_accepted {
  session_key key;
  participant user;
  event_ptr opened;        // null: it comes later
  std::uint64_t view = 0;  // of the members by which it attached to its presence
};

/// `token`: what the token says of itself, for the log.
struct session_refused {
  session_key key;
  error reason;
  auth::token_hint token{};
};

/// The client brought a fresh token: what it may do, and until when, is as `who` says.
/// Or it is shown otherwise from now on: `away` as in participant.
struct session_refreshed {
  session_key key;
  identity_ptr who;
  bool away = false;
};

struct session_ended {
  session_key key;
  error reason;
};

/// What says things under a topic.
using topic_source = std::variant<room_name, conversation_id>;

/// That session hears the topic from now on, and is told that it is in. `by` is the node of the room or conversation.
/// `last`: the number of the last message before, where they have numbers; `label` as in join_room.
struct subscribe {
  topic_id topic;
  session_key key;
  topic_source what;
  std::uint32_t by = 0;
  std::string label{};
  std::uint64_t last = 0;
  /// Of the last change before; nothing for rooms.
  std::optional<revision> rev{};
};

/// It does not, or not any more. `what`: the conversation, of which the session is told; empty for a room, which a
/// session leaves by itself. `refused`: that is the answer to one of its joins.
struct unsubscribe {
  topic_id topic;
  session_key key;
  conversation_id what{};
  bool refused = false;
};

struct to_all {};
struct to_role {
  std::string role;
};
struct to_topics {
  std::vector<topic_id> topics;
};
struct to_sessions {
  std::vector<session_key> keys;
};
/// Those who watch this user, and those of the topics.
struct to_acquaintances {
  user_id user;
  std::vector<topic_id> topics;
};
using addressees = std::variant<to_all, to_role, to_topics, to_sessions, to_acquaintances>;

/// One event, whom it is for, and the sessions it is not for. A session that several topics reach gets it once.
/// Shared by the shards it is sent to.
struct delivery {
  event_ptr what;
  addressees to;
  std::vector<session_key> except{};
  /// Nor for any session of these users.
  std::vector<user_id> except_users{};
  /// Not for sessions that listen to this topic: they have it from there.
  topic_id unless = 0;
  /// Only for sessions that hear one of these dialects; empty: for all.
  dialects::dialect_set only{};
  /// A message whose conversation is to be told to which users' sessions it was written (`messages_written`).
  bool reports = false;
  /// To a session that asked for what it missed: not written where it was heard by now.
  bool replayed = false;
};

/// Nobody is left out, or one.
inline std::vector<session_key> but_for(session_key one) {
  return one.value == 0 ? std::vector<session_key>{} : std::vector<session_key>{one};
}

struct deliver {
  std::shared_ptr<const delivery> it;
};

/// A command is done. `what` is the confirming event, or `command_failed`; it becomes the ack where one was asked for.
/// `emit`: the session gets it as an event too (always so for a failure without an ack).
struct outcome {
  origin to;
  event_ptr what;
  bool emit = false;
};

/// Emit `what` (a custom event) and ask for an ack, which comes back as client_ack with the same `token`.
struct ask_client {
  session_key key;
  event_ptr what;
  std::string token;
};

/// What said things under this topic crashed: a room, or a conversation.
struct topic_failed {
  topic_id topic;
  topic_source what;
};

struct presence_failed {
  user_id user;
};

/// The user's tokens of a smaller version are good no more: their sessions end, also those that are being let in.
struct tokens_revoked {
  user_id user;
  std::uint64_t older_than = 0;
};

struct core_changed {
  core_ptr now;
};

/// Others may own from now on what a session is in. Whoever was to answer the `unanswered` of what it passed on is
/// gone.
struct owners_changed {
  core_ptr now;
  std::vector<origin> unanswered{};
};

/// The network actor to itself: who has waited so long for what they said before the members changed waits no longer.
struct end_of_wait {
  std::uint64_t view = 0;
};

/// A request of HTTP that belongs to a session of another node: `call` is its name at `by`, whose shard waits for the
/// answer. Headers as they came.
struct http_forward {
  std::uint64_t call = 0;
  session_key by;
  std::uint8_t shard = 0;  // of the session
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string
      peer{};  // whose connection it came on, as ip_address has it; whether that one is trusted, each node decides
};

/// The answer. `to` is the `by` of the request.
struct http_forwarded {
  std::uint64_t call = 0;
  session_key to;
  std::uint32_t status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// Whoever waited for that request is gone.
struct http_gone {
  std::uint64_t call = 0;
  session_key by;
  std::uint8_t shard = 0;
};

/// From now on that session hears only of these users' coming and going; none: of everyone's.
struct scope_presence {
  session_key key;
  std::vector<user_id> users;
};

/// A session, as back ends see it.
struct session_description {
  std::string sid;
  std::string nsp;
  identity_ptr who;
  std::string address{};  // of the client; empty where its node is too old to tell
};

/// Answered by calling `then` once, on the shard's thread.
struct list_sessions {
  std::shared_ptr<std::function<void(std::vector<session_description>)>> then;
};

/// Those whom an event was written to, each once, and how many sessions they have.
struct users_reached {
  std::vector<user_id> users;
  std::size_t sessions = 0;
};

/// An event for all here who have a role, or for all (no role). `then` is called once, on the shard's thread.
struct notify_role {
  event_ptr what;
  std::string role;
  std::shared_ptr<std::function<void(users_reached)>> then;
};

/// Ends the session of that sid, where it is on this shard; `then` hears whether it was.
struct kick_session {
  std::string sid;
  std::shared_ptr<std::function<void(bool)>> then;
};

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_accepted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_refused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_refreshed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::unsubscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::ask_client)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::topic_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::presence_failed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tokens_revoked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::core_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::owners_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::scope_presence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::list_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::notify_role)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::kick_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::end_of_wait)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::http_forward)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::http_forwarded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::http_gone)
