// A dialect is one application's event vocabulary: it decodes wire events into commands of the model and encodes
// events of the model into wire events. Stateless and constant, called on every shard.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/domain/commands.hpp"
#include "protocol/domain/errors.hpp"
#include "protocol/domain/events.hpp"
#include "protocol/domain/identity.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_document.hpp"

namespace parley::dialects {

/// In the order in which texts and fields win where several dialects share an event's name.
enum class dialect_id : std::uint8_t { groups, rooms, messenger, hub, chat, conformance };

inline constexpr std::size_t dialect_count = 6;

/// The dialects a session hears, or a namespace offers: a small set by value.
class dialect_set {
 public:
  constexpr dialect_set() = default;
  constexpr dialect_set(std::initializer_list<dialect_id> ids) {
    for (const auto id : ids) insert(id);
  }

  constexpr void insert(dialect_id id) { bits_ |= bit(id); }
  constexpr bool contains(dialect_id id) const { return (bits_ & bit(id)) != 0; }
  constexpr bool intersects(dialect_set other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool single() const { return std::has_single_bit(bits_); }
  constexpr std::uint8_t bits() const { return bits_; }
  constexpr bool operator==(const dialect_set&) const = default;

 private:
  static constexpr std::uint8_t bit(dialect_id id) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(id));
  }
  std::uint8_t bits_ = 0;
};

/// The vocabularies that have private messages.
inline constexpr dialect_set private_messages{dialect_id::rooms, dialect_id::hub};

/// Bounds on what clients may put into payloads, in the units of EVENTS: characters for names, bytes for text.
struct payload_limits {
  std::size_t name_characters = 128;
  std::size_t text_bytes = 16 * 1024;
  /// Entries of a list in one request: users, members, events of a batch.
  std::size_t list_entries = 1000;
};

/// What a client sent: `args` are its arguments, without the event's name.
struct wire_command {
  std::string_view name;
  json_text::values args;
};

/// One event as it goes out: `args` is the JSON text of its `arity` arguments, comma-separated, without brackets.
/// `binary` replaces `args` where the arguments hold binary values, and is an array of `arity` values then.
struct wire_event {
  std::string name;
  std::string args;
  json binary{};
  std::size_t arity = 1;
};

using wire_events = std::vector<wire_event>;

/// This dialect has no event of that name.
struct not_mine {};

using decoded = std::variant<not_mine, any_command, error>;

class dialect {
 public:
  virtual ~dialect() = default;

  virtual dialect_id id() const = 0;
  virtual std::string_view name() const = 0;

  /// The events that clients may send in this vocabulary, in the order of its table.
  virtual std::vector<std::string_view> command_names() const = 0;

  /// `not_mine`, the command, or an `invalid_payload` that names the field (or `forbidden`, where a payload
  /// names another sender than `self`).
  virtual decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const = 0;

  /// Appends nothing where this vocabulary has no word for the event.
  virtual void encode(const domain_event& what, wire_events& out) const = 0;

  /// A refusal as this vocabulary tells it: its names of fields, its texts where the document has some.
  virtual error in_own_words(error reason) const { return reason; }
};

}  // namespace parley::dialects
