// The conversation actor: single writer of one conversation's messages, members and receipts. Spawned by the registry
// when somebody speaks of it; loads itself from the store, and retires when nobody has been here for a while.
// Invariant: nothing is acknowledged or told before it is durable; one order, numbered without holes. At most one
// transaction of it is under way: what comes meanwhile goes with the next.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <variant>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/receipts_state.hpp"
#include "actors/state/room_state.hpp"
#include "actors/state/typing_state.hpp"
#include "protocol/domain/uuid.hpp"

namespace parley {

/// A message on its way into the store.
struct pending_post {
  message what;
  participant user;
  profile_ptr profile;
  origin from;
  bool as_service = false;  // not bound to membership
};

/// A receipt on its way into the store, and the commands that wait for it.
struct pending_mark {
  member target;
  struct waiter {
    origin from;
    message_mark what;
  };
  std::vector<waiter> waiting;
  /// The user said so, and is told what is left to read on all devices.
  bool by_user = false;
};

/// Who is in a conversation now, and what they are doing.
struct company {
  company(const settings& how, std::uint32_t node) : joined{node}, typing{how.typing_expiry, how.typing_repeat} {}

  room_state joined;
  std::unordered_map<user_id, std::vector<session_key>> sessions_of;
  typing_state typing;
  std::map<std::string, timestamp> files_told;
};

struct conversation_data {
  static inline const char* name = "conversation";

  using work = std::variant<enter_conversation, exit_conversation, conversation_order, emit_to_room, messages_written>;
  enum class phase { fresh, loading, ready };

  conversation_id id;
  topic_id topic = 0;
  settings_ptr settings;
  core_ptr core;
  registry_hdl registry;

  conversation_data::phase phase = phase::fresh;
  std::vector<work> waiting;  // for the store's answer about who this is
  std::uint64_t passed_seen = 0;

  /// Another node owns it now: what was begun is finished here, and then it goes.
  bool moving = false;
  /// The least that anybody has who was in it when it came here from another node.
  std::optional<sequence> heard;
  bool catching_up = false;
  std::vector<event_ptr> unsaid;            // became durable meanwhile
  std::vector<conversation_order> replays;  // were asked for meanwhile
  std::size_t asked = 0;                    // questions to the store that are not answered

  bool exists = false;  // in the store
  conversation_type type = conversation_type::open;
  sequence last = 0;
  revision rev = 0;  // of the last change that was told
  timestamp created_at{};
  receipts_state members;
  std::unique_ptr<company> here;  // null while nobody is

  std::vector<pending_post> posts;
  std::map<user_id, pending_mark> marks;
  bool flushing = false;
  /// In a row: transactions that found the conversation to be other than it is known here.
  std::size_t conflicts = 0;
  /// What is known here may be out of date, and being asked for was: it is asked for once more.
  bool in_doubt = false;

  uuid_v7_generator ids{0};
  std::uint64_t tick_round = 0;
  timestamp tick_due{};
};

using conversation_pointer = conversation_hdl::stateful_pointer<conversation_data>;

conversation_hdl::behavior_type conversation_actor(conversation_pointer self, conversation_id id, settings_ptr settings,
                                                   core_ptr core, registry_hdl registry);

}  // namespace parley
