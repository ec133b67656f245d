// The messages of handles.hpp. Plain values; none of them leaves the process (between nodes travel domain events).
// What is shared between threads is immutable (`event_ptr`, `identity_ptr`, `core_ptr`).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/conversation_messages.hpp"
#include "actors/core.hpp"
#include "actors/network_messages.hpp"

namespace parley {

// -- to a session --------------------------------------------------------------------------------------------------

struct session_command {
  any_command what;
  origin from;
};

struct client_ack {
  std::string token;
  json args;
};

struct room_entered {
  room_name name;
  room_hdl room;
  topic_id topic;
};

struct room_lost {
  room_name name;
};

struct presence_lost {};

struct token_ran_out {};

struct close_session {};

struct conversation_entered {
  conversation_id id;
  topic_id topic;
};

struct conversation_lost {
  conversation_id id;
};

// -- to a room -----------------------------------------------------------------------------------------------------

struct join_room {
  room_name name;
  session_ref who;
  session_hdl session;
  participant user;
  origin from;
  std::string label{};
};

/// `from` is absent when nobody waits for an answer: the session is gone.
struct leave_room {
  session_key key;
  std::optional<origin> from;
};

/// Text, or something a member of a group did.
struct post_to_room {
  std::variant<std::string, command::act_in_group> what;
  origin from;
};

struct emit_to_room {
  event_ptr what;
  std::vector<user_id> except;
};

/// The answer to room_idle, presence_idle and conversation_idle, unless something was on the way to them.
struct retire_granted {};

// -- to a presence -------------------------------------------------------------------------------------------------

/// Also by a session that is here already, when it was brought a fresh token. `hears_private`: it speaks a vocabulary
/// that has private messages.
struct attach_session {
  session_ref who;
  participant user;
  bool hears_private = true;
};

/// `topics`: the rooms this session was in, to whom its user's going matters.
struct detach_session {
  session_key key;
  std::vector<topic_id> topics;
};

struct tell_user {
  std::string text;
  participant from;
  session_ref sender;
  origin answer;
};

/// `report` as in delivery. `as_copy`: a private message that this user has sent; their other sessions get a copy.
struct tell_own_sessions {
  event_ptr what;
  std::vector<session_key> except{};
  conversation_hdl report{};
  bool as_copy = false;
};

/// A step of a call with `peer`: to the one it is for (`incoming`), who hears `what`, and to the one who took it.
struct tell_call {
  event_ptr what;
  bool incoming = false;
  person peer;
  session_ref sender{};
  origin from{};
};

struct call_timeout {
  std::uint64_t round;
};

/// With `older_than`, those sessions only whose tokens are of a smaller version.
struct end_sessions {
  error reason;
  std::optional<std::uint64_t> older_than{};
};

struct grace_over {
  std::uint64_t round;
};

// -- to the directory ----------------------------------------------------------------------------------------------

/// `except`: the session that brought them here. `known`: announced before (said again to a restarted directory).
struct user_arrived {
  participant user;
  session_key except;
  bool known = false;
};

/// Somebody who is here is shown otherwise in lists from now on.
struct user_changed {
  participant user;
};

struct user_departed {
  participant user;
  std::vector<topic_id> topics;
};

struct list_users {
  session_ref who;
  origin from;
};

struct summarize_users {
  session_ref who;
  origin from;
};

/// `what` is an event::notified; `user` is whom it is for where its reach is one user. Answered with users_notified.
struct notify_users {
  event_ptr what;
  user_id user;
  session_ref who;
  origin from;
};

struct announce_to_all {
  event_ptr what;
};

/// Keep what a back end says about a user. A token version that is lower than the stored one changes nothing.
struct put_user {
  user_record what;
};

/// Raise the user's token version and end their sessions.
struct revoke_user {
  person who;
};

/// May this user's token still be used? Answered with `done`, or why not.
struct vouch_for {
  identity_ptr who;
};

/// A user's conversations, or with `unread_only` those with something unread, as an event to the session.
struct list_conversations {
  user_id of;
  bool unread_only = false;
};

/// Where is this message, and what was to be done about it? The store knows; then it is passed on there.
struct locate_message {
  message_id what;
  std::shared_ptr<const conversation_order> then;
};

/// For a room, if anybody is in it.
struct registry_emit {
  room_name room;
  emit_to_room what;
};

/// A back end's own event, for all, a role or a user.
struct emit_event {
  event_ptr what;
  event::reach reach = event::reach::all;
  user_id user{};
  std::string role{};
  std::vector<user_id> except{};
};

/// Several orders of a back end, to be carried out once: a `key` that was seen before is answered without doing it
/// again.
struct emit_batch {
  std::string key;
  std::vector<emit_event> people;
  std::vector<registry_emit> rooms;
  std::vector<std::pair<conversation_id, emit_to_room>> conversations;
};

/// What concerns users, and is answered from the store.
struct people_order {
  std::variant<command::query_presence, command::list_people, put_user, revoke_user, list_conversations, locate_message,
               emit_batch, vouch_for>
      what;
  session_ref who;
  origin from;
  /// Who asks: in the list of users even where their coming has not got here yet.
  participant user{};
};

// -- to a registry -------------------------------------------------------------------------------------------------

struct registry_join {
  join_room what;
};

struct registry_evict {
  room_name name;
  session_key key;
};

/// That session crashed: whatever rooms it was in must forget it.
struct registry_purge {
  session_key key;
};

/// For a user who has no presence: tell_user is answered `user_offline`, the others are dropped, attach_session
/// spawns one.
struct registry_user {
  user_id user;
  std::variant<attach_session, detach_session, tell_user, tell_own_sessions, tell_call, end_sessions> what;
};

/// Spawns the conversation where it does not run.
struct registry_conversation {
  conversation_id id;
  std::variant<enter_conversation, exit_conversation, conversation_order, emit_to_room> what;
};

/// `passed`: how many messages of the registry the conversation has seen.
struct conversation_idle {
  conversation_id id;
  std::uint64_t passed;
};

/// The registry to itself: which conversations has nobody spoken of for a while?
struct look_for_silence {};

/// `joins`: how many joins the room has seen; fewer than were passed on means one is on the way.
struct room_idle {
  room_name name;
  std::uint64_t joins;
};

struct presence_idle {
  user_id user;
  std::uint64_t attaches;
};

}  // namespace parley

// None of these is ever serialized.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::client_ack)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::room_entered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::room_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::presence_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::token_ran_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::close_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::join_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::leave_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::post_to_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::retire_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::attach_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::detach_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_own_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::grace_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_departed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::list_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::summarize_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::notify_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::announce_to_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_evict)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_purge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::room_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::presence_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_entered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::emit_to_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::call_timeout)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::end_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::people_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_conversation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_emit)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::look_for_silence)
