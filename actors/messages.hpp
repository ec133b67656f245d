// The messages of handles.hpp. Plain values; none of them leaves the process (between nodes travel domain events).
// What is shared between threads is immutable (`event_ptr`, `identity_ptr`, `core_ptr`).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/handles.hpp"
#include "protocol/auth/authenticate.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/domain/commands.hpp"
#include "protocol/domain/events.hpp"

namespace parley {

/// Names a session in this process for as long as it lives and never another one: shard, slot, generation.
struct session_key {
  std::uint64_t value = 0;
  bool operator==(const session_key&) const = default;
  auto operator<=>(const session_key&) const = default;

  static session_key make(std::uint8_t shard, std::uint32_t slot, std::uint32_t generation) {
    return {(std::uint64_t{shard} << 56U) | (std::uint64_t{slot & 0xffffffU} << 32U) | generation};
  }
  std::uint8_t shard() const { return static_cast<std::uint8_t>(value >> 56U); }
  std::uint32_t slot() const { return static_cast<std::uint32_t>(value >> 32U) & 0xffffffU; }
};

/// Names what a room says to the shards: the actor id of the room, unique in this process.
using topic_id = std::uint64_t;

/// The actors everyone needs, as of now; replaced as a whole when the guardian restarts one of them.
struct core {
  std::vector<registry_hdl> registries;
  directory_hdl directory;
  std::vector<network_hdl> networks;

  const registry_hdl& registry_for(std::string_view key) const {
    return registries[std::hash<std::string_view>{}(key) % registries.size()];
  }
};
using core_ptr = std::shared_ptr<const core>;

/// Configuration of the actors, constant after start.
struct settings {
  auth::policy auth{};
  std::chrono::milliseconds presence_grace{2000};
  std::size_t presence_broadcast_limit = 1000;
  std::size_t rooms_per_session = 1000;
  /// Where actors read the time from; tests put a clock of their own here.
  timestamp (*now)() = [] { return std::chrono::system_clock::now(); };
  /// Where their generators of ids are seeded from; another number at each call.
  std::uint64_t (*seed)() = [] {
    // Asking the system for each would cost more than spawning the actor: on a virtual machine it traps.
    thread_local std::mt19937_64 numbers{[] {
      std::random_device source;
      return (std::uint64_t{source()} << 32U) | source();
    }()};
    return numbers();
  };
};
using settings_ptr = std::shared_ptr<const settings>;

/// Where a session can be reached: its key and the network actor of its shard.
struct session_ref {
  session_key key{};
  network_hdl network{};
};

/// Where a command came from and how it is to be answered.
struct origin {
  session_key key{};
  /// Whose words the answer is in; nothing when no dialect took the command.
  std::optional<dialects::dialect_id> by{};
  std::optional<std::uint64_t> ack{};
  /// The `id` of a plain frame, as JSON text; empty where there was none.
  std::string plain_id{};
};

// -- to the network actor ------------------------------------------------------------------------------------------

struct session_accepted {
  session_key key;
  identity_ptr who;
  event_ptr opened;
};

struct session_refused {
  session_key key;
  error reason;
};

/// The client brought a fresh token: what it may do, and until when, is as `who` says.
struct session_refreshed {
  session_key key;
  identity_ptr who;
};

struct session_ended {
  session_key key;
  error reason;
};

struct subscribe {
  topic_id topic;
  session_key key;
};

struct unsubscribe {
  topic_id topic;
  session_key key;
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
using addressees = std::variant<to_all, to_role, to_topics, to_sessions>;

/// One event, whom it is for, and the one session it is not for. A session that several topics reach gets it once.
/// Shared by the shards it is sent to.
struct delivery {
  event_ptr what;
  addressees to;
  session_key except{};
};

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

struct topic_failed {
  topic_id topic;
  room_name room;
};

struct presence_failed {
  user_id user;
};

struct core_changed {
  core_ptr now;
};

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

// -- to a room -----------------------------------------------------------------------------------------------------

struct join_room {
  room_name name;
  session_ref who;
  session_hdl session;
  participant user;
  origin from;
};

/// `from` is absent when nobody waits for an answer: the session is gone.
struct leave_room {
  session_key key;
  std::optional<origin> from;
};

struct post_to_room {
  std::string text;
  origin from;
};

/// The answer to room_idle and presence_idle, unless something was on the way to them.
struct retire_granted {};

// -- to a presence -------------------------------------------------------------------------------------------------

struct attach_session {
  session_ref who;
  participant user;
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

struct tell_own_sessions {
  event_ptr what;
  session_key except;
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
  std::variant<attach_session, detach_session, tell_user, tell_own_sessions> what;
};

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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::core_changed)
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
