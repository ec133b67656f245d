// The payload of one command, read field by field: the one place that knows how a field is checked
// and how its mistakes are told. Used by the dialects' tables, for the time of one decode, on the
// thread that decodes. Invariant: the first mistake is kept; what is read after it is of no use and
// is thrown away by `finish`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// An id that clients write as a number or a string: its text, and its JSON text as it came.
struct written_id {
  std::string text{};
  std::string as_json{};
};

/// Beyond it, JavaScript can't count: Number.MAX_SAFE_INTEGER.
inline constexpr std::uint64_t max_number = 9'007'199'254'740'991;

class payload {
 public:
  /// Absent or null is an empty object. Both arguments are only referred to.
  payload(json_view value, const payload_limits& limits);

  /// A field that names the sender (`userId`, `senderId`, `sender_id`, `user_id`) must name `self`, or it is
  /// `forbidden`.
  void check_sender(const identity& self);

  /// Whether the field is there and not null.
  bool has(std::string_view field) const { return static_cast<bool>(at(field)); }

  /// Whether the field is there, were it null: what decides whom something reaches is never overlooked.
  bool mentions(std::string_view field) const { return static_cast<bool>(object_.find(field)); }

  /// A name of 1 to `name_characters` characters without control characters.
  std::string name(std::string_view field);
  room_name room(std::string_view field) { return room_name{name(field)}; }
  message_id message(std::string_view field) { return message_id{name(field)}; }

  /// Likewise; empty where it is absent or empty.
  std::string optional_name(std::string_view field);

  /// A name as above, or a number.
  written_id id(std::string_view field);

  /// A name as above, or an integer: 1 and "1" are one conversation.
  conversation_id conversation(std::string_view field);

  /// A user id, as a number or a string.
  user_id user(std::string_view field);

  /// A list of `least` to `list_entries` user ids.
  std::vector<person> people(std::string_view field, std::size_t least);

  /// Text of 1 to `text_bytes` bytes, for people to read.
  std::string text(std::string_view field) { return text(field, limits_.text_bytes); }
  std::string text(std::string_view field, std::size_t most_bytes);

  /// Text of at most that many bytes; empty where it is absent.
  std::string optional_text(std::string_view field, std::size_t most_bytes);

  /// `text`, as JSON text.
  std::string quoted_text(std::string_view field);

  /// The JSON text of a message's content: `text`, or any other value but null whose JSON text has at most
  /// `text_bytes` bytes; of binary values in it, those they hold count.
  std::string content(std::string_view field);

  /// The JSON text of any value; that of null where it is absent.
  std::string any(std::string_view field) const;

  std::uint64_t number(std::string_view field, std::uint64_t least = 0, std::uint64_t most = max_number);
  std::optional<std::uint64_t> optional_number(std::string_view field);

  /// True or false; false where it is absent.
  bool flag(std::string_view field);

  /// Text of any content and at least one byte, for the server to read.
  std::string word(std::string_view field);

  void refuse(error why);
  const std::optional<error>& mistake() const { return mistake_; }

  /// The command, or what was wrong with the fields it was made of.
  template <class Command>
  decoded finish(Command&& made) {
    if (mistake_) return *std::move(mistake_);
    return decoded{std::in_place_type<any_command>, std::forward<Command>(made)};
  }

 private:
  json_view at(std::string_view field) const;
  bool names_sender() const;
  void refuse_field(std::string_view field, std::string_view expected);

  json_view object_;
  bool malformed_;
  const payload_limits& limits_;
  std::optional<error> mistake_{};
};

/// One row of a dialect's table: an event's name and what reads its payload.
struct command_row {
  std::string_view name;
  decoded (*read)(payload& in);
};

/// The names of a table's rows, in their order.
std::vector<std::string_view> names_of(std::span<const command_row> table);

/// Decodes the first argument by the row of that name, after the sender's check; `not_mine` where
/// there is none.
decoded decode_by(std::span<const command_row> table, const wire_command& in, const identity& self,
                  const payload_limits& limits);

}  // namespace parley::dialects
