// The payload of one command, read field by field: the one place that knows how a field is checked
// and how its mistakes are told. Used by the dialects' tables, for the time of one decode, on the
// thread that decodes. Invariant: the first mistake is kept; what is read after it is of no use and
// is thrown away by `finish`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

class payload {
 public:
  /// Absent or null is an empty object. Both arguments are only referred to.
  payload(const json* value, const payload_limits& limits);

  /// A field that names the sender (`userId`, `sender_id`, `user_id`) must name `self`, or it is
  /// `forbidden`.
  void check_sender(const identity& self);

  /// Whether the field is there and not null.
  bool has(std::string_view field) const { return at(field) != nullptr; }

  /// A name of 1 to `name_characters` characters without control characters.
  room_name room(std::string_view field);

  /// A user id, as a number or a string.
  user_id user(std::string_view field);

  /// Text of 1 to `text_bytes` bytes, for people to read.
  std::string text(std::string_view field);

  /// Text of any content and at least one byte, for the server to read.
  std::string word(std::string_view field);

  void refuse(error why);
  const std::optional<error>& mistake() const { return mistake_; }

  /// The command, or what was wrong with the fields it was made of.
  decoded finish(any_command made) {
    if (mistake_) return *std::move(mistake_);
    return made;
  }

 private:
  const json* at(std::string_view field) const;
  const std::string* string_at(std::string_view field) const;
  void refuse_field(std::string_view field, std::string_view expected);

  const json* object_ = nullptr;
  bool malformed_ = false;
  const payload_limits& limits_;
  std::optional<error> mistake_{};
};

/// One row of a dialect's table: an event's name and what reads its payload.
struct command_row {
  std::string_view name;
  decoded (*read)(payload& in);
};

/// Decodes the first argument by the row of that name, after the sender's check; `not_mine` where
/// there is none.
decoded decode_by(std::span<const command_row> table, const wire_command& in, const identity& self,
                  const payload_limits& limits);

}  // namespace parley::dialects
