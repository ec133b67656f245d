// The messages of handles.hpp. Plain values; what goes to another node is encoded by its link (cluster/).
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

/// From its network actor, which listens to the topic from now on.
struct room_entered {
  room_name name;
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

/// `refused`: the oldest of the joins under way was; else it crashed, or who is not a member any more.
struct conversation_lost {
  conversation_id id;
  bool refused = false;
};

// -- to a room -----------------------------------------------------------------------------------------------------

/// `resumed`: a member until now, where the room was before; nobody is told.
struct join_room {
  room_name name;
  session_key who;
  participant user;
  origin from;
  std::string label{};
  bool resumed = false;
};

/// `from` is absent when nobody waits for an answer: the session is gone.
struct leave_room {
  session_key key;
  std::optional<origin> from;
};

/// A member is shown as `user` from now on.
struct update_member {
  session_key who;
  participant user;
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

/// The registry to an actor whose key another node owns now: finish what was begun, and quit.
struct rehomed {};

// -- to a presence -------------------------------------------------------------------------------------------------

/// Also by a session that is here already, when it was brought a fresh token. `hears_private`: it speaks a vocabulary
/// that has private messages.
/// `resumed`: it was attached until now, where the presence was before.
struct attach_session {
  session_key who;
  participant user;
  bool hears_private = true;
  bool resumed = false;
  /// The session is to be told that it is attached (`session_attached`).
  bool confirm = false;
};

/// The user's registry, or presence, knows of the session: from now on its user is reached.
struct session_attached {
  session_key key;
  user_id user;
};

/// `topics`: the rooms this session was in, to whom its user's going matters.
struct detach_session {
  session_key key;
  std::vector<topic_id> topics;
};

/// `only_here`: the sender has no other session that would get a copy. The recipient's registry says so where it knows.
struct tell_user {
  std::string text;
  participant from;
  origin answer;
  bool only_here = false;
};

/// `reports` as in delivery. `as_copy`: a private message that this user has sent; their other sessions get a copy.
/// `answer`: who is told, by event::users_notified, how many sessions that were; nobody where its key is none.
struct tell_own_sessions {
  event_ptr what;
  std::vector<session_key> except{};
  bool reports = false;
  bool as_copy = false;
  origin answer{};
};

/// A step of a call with `peer`: to the one it is for (`incoming`), who hears `what`, and to the one who took it.
struct tell_call {
  event_ptr what;
  bool incoming = false;
  person peer;
  origin from{};
};

struct call_timeout {
  std::uint64_t round;
};

struct grace_over {
  std::uint64_t round;
};

// -- to the directory ----------------------------------------------------------------------------------------------

/// `except`: the session that brought them here. `known`: announced before (said again to a restarted directory, or to
/// a new node's). `home`: the node of their presence; 0 when it is this one.
struct user_arrived {
  participant user;
  session_key except;
  bool known = false;
  std::uint32_t home = 0;
};

/// Somebody who is here is shown otherwise in lists from now on.
struct user_changed {
  participant user;
  std::uint32_t home = 0;
};

struct user_departed {
  participant user;
  std::vector<topic_id> topics;
  timestamp at{};
  std::uint32_t home = 0;
};

/// Back ends told of users on another node: tokens must be looked up from now on.
struct users_known {};

/// A directory that began anew on another node knows nobody: it wants to be told who is at home on this one.
struct who_is_home {
  std::uint32_t asked_by;
};

/// Whether anybody on that shard of this node watches single users. A shard that has not said so is taken to.
struct shard_watches {
  std::uint8_t shard;
  bool anyone;
};

/// The directory to itself: who lost their presence to a change of the members and has got no other?
struct look_for_orphans {
  std::uint64_t view;
};

struct list_users {
  origin from;
};

struct summarize_users {
  origin from;
};

/// `what` is an event::notified for one user. Answered with users_notified.
struct notify_user {
  event_ptr what;
  user_id user;
  origin from;
};

/// `from` is answered with the event, once it is on its way to everybody.
struct announce_to_all {
  event_ptr what;
  origin from{};
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
struct registry_room {
  room_name room;
  std::variant<leave_room, post_to_room, emit_to_room, update_member> what;
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
  std::vector<registry_room> rooms;
  std::vector<std::pair<conversation_id, emit_to_room>> conversations;
};

/// What concerns users, and is answered from the store.
struct people_order {
  std::variant<command::query_presence, command::list_people, put_user, revoke_user, list_conversations, locate_message,
               emit_batch, vouch_for>
      what;
  origin from;
  /// Who asks: in the list of users even where their coming has not got here yet.
  participant user{};
};

// -- to a registry -------------------------------------------------------------------------------------------------

struct registry_join {
  join_room what;
};

/// For a user who has no presence: tell_user is answered `user_offline`, the others are dropped, attach_session
/// spawns one.
struct registry_user {
  user_id user;
  std::variant<attach_session, detach_session, tell_user, tell_own_sessions, tell_call> what;
};

/// Spawns the conversation where it does not run.
struct registry_conversation {
  conversation_id id;
  std::variant<enter_conversation, exit_conversation, conversation_order, emit_to_room, messages_written> what;
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

/// The registry to itself, behind all that was said to it before: an actor that was told `rehomed` has gone.
struct moved_out {
  caf::actor_addr who;
};

/// Every member of the cluster has said who is where in this view, and all that was said before has arrived: what came
/// for keys that are new here need wait no longer.
struct view_settled {
  std::uint64_t view;
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::update_member)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::retire_granted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::attach_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::session_attached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::detach_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_own_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::grace_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_arrived)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::user_departed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::list_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::summarize_users)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::notify_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::announce_to_all)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_join)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::room_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::presence_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_entered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::emit_to_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::tell_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::call_timeout)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::people_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_conversation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::registry_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::rehomed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::moved_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::view_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::look_for_orphans)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::shard_watches)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::users_known)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::who_is_home)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::look_for_silence)
