// The session actor: decides who a client is, what it may do, and remembers where it is a member. One per Socket.IO
// socket; spawned by its shard's network actor, lives on whichever shard wakes it. Invariant: every command has one
// outcome, said by the session itself or by the actor it was passed on to.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/membership.hpp"
#include "protocol/domain/uuid.hpp"

namespace parley {

struct session_start {
  settings_ptr settings;
  core_ptr core;
  session_key me{};
  network_hdl network;
  auth::credentials credentials;
  /// What it will hear: some vocabularies begin with lists.
  dialects::dialect_set hears{};
  /// The auth object as JSON text, where a vocabulary tells it again; else empty.
  std::string handshake{};
};

/// What a session has to do with conversations.
struct session_conversations {
  struct place {
    topic_id topic = 0;         // once the conversation has let it in
    std::vector<origin> asked;  // how the joins under way are to be answered, the oldest first
  };

  /// Those it joined.
  std::unordered_map<conversation_id, place> joined;
  /// Where it typed without having joined: the last few.
  std::vector<conversation_id> typing_in;
  static constexpr std::size_t max_typing_in = 16;
  void types_in(const conversation_id& id);
};

/// What a session knows. There are many: what few of them need is made when they do.
struct session_state {
  static inline const char* name = "session";

  settings_ptr settings;
  core_ptr core;
  session_key me{};
  network_hdl network;
  participant user;
  profile_ptr profile;
  dialects::dialect_set hears;
  std::string handshake;  // the auth object, until it is accepted
  /// Its user's presence is on another node, and not known to have heard of it: the client waits.
  bool attaching = false;
  uuid_v7_generator ids{0};
  membership<session_command> rooms{0};
  std::unique_ptr<session_conversations> conversations;

  session_conversations& in_conversations() {
    if (!conversations) conversations = std::make_unique<session_conversations>();
    return *conversations;
  }
  /// Null where it has not joined that.
  session_conversations::place* find_place(const conversation_id& id) {
    if (!conversations) return nullptr;
    const auto found = conversations->joined.find(id);
    return found != conversations->joined.end() ? &found->second : nullptr;
  }
};

using session_pointer = session_hdl::stateful_pointer<session_state>;

/// `start` comes in one piece: it is moved some times on its way. Authenticates at once: the network actor hears
/// `session_accepted` or `session_refused` first of all.
session_hdl::behavior_type session_actor(session_pointer self, std::unique_ptr<session_start> start);

}  // namespace parley
