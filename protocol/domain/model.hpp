// What is kept: messages, conversations, receipts, users. Plain values in the words of the model, made by the actors,
// stored by the store, shown by the dialects. On every thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/participant.hpp"

namespace parley {

/// A message's place in its conversation: 1, 2, 3 and so on, without holes. 0 is before the first.
using sequence = std::uint64_t;

/// How many durable changes (messages, edits, deletions, reactions) a conversation has seen; each change has the number
/// that it made. 0: not known, as a node of a version before this one does not tell it.
using revision = std::uint64_t;

/// A user as conversations remember them: the id, and how it is written in JSON (a number stays a number).
struct person {
  user_id id{};
  std::string id_json{};
  bool operator==(const person&) const = default;
};

inline person person_of(const identity& who) { return {who.id, who.id_json}; }
inline person person_of(const participant& user) { return person_of(*user.who); }

enum class message_type : std::uint8_t { text, image, video, audio, document, location, contact, sticker, system };
inline constexpr std::array<std::string_view, 9> message_type_names{
    "text", "image", "video", "audio", "document", "location", "contact", "sticker", "system"};
constexpr std::string_view to_string(message_type type) { return message_type_names[static_cast<std::size_t>(type)]; }
std::optional<message_type> message_type_from(std::string_view name);

/// In this order; it never goes back.
enum class message_status : std::uint8_t { sent, delivered, read };
constexpr std::string_view to_string(message_status status) {
  constexpr std::array<std::string_view, 3> names{"sent", "delivered", "read"};
  return names[static_cast<std::size_t>(status)];
}

/// One message. `content` is JSON text of any kind, `null` once deleted. `client_id` is what its sender called it, the
/// key by which sending twice is sending once; `reply_to` the message it answers; `words` a status text of its sender's
/// own (chat). Empty where there is none.
struct message {
  message_id id{};
  conversation_id conversation{};
  sequence seq = 0;
  person sender{};
  message_type type = message_type::text;
  std::string content{};
  std::string client_id{};
  message_id reply_to{};
  std::string words{};
  timestamp at{};
  std::optional<timestamp> edited_at{};
  bool deleted = false;
  /// Emoji → how many reacted so. Filled when read from the store.
  std::map<std::string, std::uint64_t> reactions{};
  /// As of when it was read from the store.
  message_status status = message_status::sent;
  /// Of its last change: of the message itself, its edit, its deletion, or a reaction to it.
  revision rev = 0;
};

/// How far a member has got: everything up to these has been delivered to them, read by them. What was sent up to
/// `joined_after` was not for them.
struct member {
  person who{};
  sequence delivered = 0;
  sequence read = 0;
  sequence joined_after = 0;
};

/// `open`: without a member list; anyone may join, nothing is known of who has read what.
enum class conversation_type : std::uint8_t { direct, group, open };
inline constexpr std::array<std::string_view, 3> conversation_type_names{"direct", "group", "open"};
constexpr std::string_view to_string(conversation_type type) {
  return conversation_type_names[static_cast<std::size_t>(type)];
}
std::optional<conversation_type> conversation_type_from(std::string_view name);

struct conversation {
  conversation_id id{};
  conversation_type type = conversation_type::open;
  sequence last = 0;
  std::vector<member> members{};
  timestamp created_at{};
  revision rev = 0;
};

/// A conversation in a user's list.
struct conversation_summary {
  conversation_id id{};
  conversation_type type = conversation_type::open;
  sequence last = 0;
  sequence read = 0;
  std::uint64_t unread = 0;
};

/// A page of messages in their order; `more`: there are others beyond its far end.
struct history_page {
  std::vector<message> messages{};
  bool more = false;
  /// The conversation's when the page was read: the messages are at least as new.
  revision rev = 0;
};

/// An edit, a deletion or a reaction that is durable. `what` is the message as it is by now; `emoji` is empty where the
/// change is no reaction.
struct message_change {
  revision rev = 0;
  message what{};
  person by{};
  std::string emoji{};
  bool removed = false;
};

/// Changes in their order; `more`: there are later ones.
struct change_page {
  std::vector<message_change> changes{};
  bool more = false;
};

/// What a member has not read of a conversation, and up to which message they have read.
struct unread_count {
  user_id who{};
  std::uint64_t unread = 0;
  sequence read = 0;
};

/// What back ends say about a user. Empty where they said nothing.
struct user_record {
  person who{};
  std::string username{};
  std::string name{};
  std::string avatar{};
  std::string phone_number{};
  std::vector<std::string> roles{};
  /// Tokens of a smaller version are revoked.
  std::uint64_t token_version = 0;
};
using profile_ptr = std::shared_ptr<const user_record>;

/// A user's presence as `presence:query` tells it. `last_seen` is absent for who was never here.
struct presence_info {
  person who{};
  bool online = false;
  std::optional<timestamp> last_seen{};
};

}  // namespace parley
