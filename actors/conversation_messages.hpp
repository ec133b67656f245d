// The messages to a conversation actor: what is asked of it, by sessions and back ends. Plain values, like those of
// messages.hpp.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "actors/core.hpp"

namespace parley {

/// `resumed`: it was in until now, where the conversation was before, and has its messages up to `have`.
struct enter_conversation {
  session_key who;
  participant user;
  origin from;
  bool resumed = false;
  sequence have = 0;
};

/// `from` is absent when nobody waits for an answer: the session is gone.
struct exit_conversation {
  session_key who;
  std::optional<origin> from;
};

/// Make a conversation (REST).
struct create_conversation {
  conversation what;
};

struct put_member {
  person who;
};

struct remove_member {
  user_id who;
};

struct describe_conversation {};

struct list_receipts {
  message_id what;
};

/// Everything else that is asked of a conversation. `as_service`: a back end asks, which is not bound to membership.
struct conversation_order {
  std::variant<command::set_typing, command::post_message, command::acknowledge_message, command::edit_message,
               command::delete_message, command::react_to_message, command::list_history, command::replay_history,
               command::relay_call, command::share_screen, command::report_file, create_conversation, put_member,
               remove_member, describe_conversation, list_receipts>
      what;
  participant user;
  profile_ptr profile{};
  origin from{};
  bool as_service = false;
};

/// A network actor wrote messages up to this one to sessions of these users. Passed on by the registry.
struct messages_written {
  sequence upto;
  std::vector<user_id> users;
};

/// The registry has passed nothing on for a while.
struct conversation_silent {};

/// Somebody's typing may be over.
struct conversation_tick {
  std::uint64_t round;
};

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::enter_conversation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::exit_conversation)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::messages_written)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::conversation_silent)
