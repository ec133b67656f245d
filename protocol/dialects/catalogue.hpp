// All dialects, and what a namespace with several of them does: the first dialect that takes a command gets it, an
// event that several call by one name is emitted once. Constant, called on every shard.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// A command and the dialect that took it. `unique` when no other dialect of the set knows the event's name, so that
/// a session may narrow to this dialect. `body` is a command or an error; without a dialect `unknown_event`.
struct taken {
  std::optional<dialect_id> by{};
  bool unique = false;
  decoded body{};
};

/// The vocabularies that tell a client its auth object again (event::session_opened): for no other it is kept.
inline constexpr dialect_set tells_auth_again{dialect_id::conformance};

const dialect& get(dialect_id id);
std::optional<dialect_id> find(std::string_view name);
/// The dialect of the set that wins over the others; none in an empty set.
std::optional<dialect_id> first_of(dialect_set set);

/// The events that clients may send on every namespace, whatever its dialects.
std::vector<std::string_view> common_command_names();

/// The command goes to the first dialect of `set` whose name and payload shape match; if only the shape is wrong
/// everywhere, the error is that of the first dialect which knows the name. Events common to all dialects
/// (`auth:refresh`) are taken here, with `unique` false; by the set's dialect where it has one only, else by none.
taken decode(dialect_set set, const wire_command& in, const identity& self, const payload_limits& limits);

/// The wire events of all dialects in `set`, in their order; of one name, one event with the union of the fields.
wire_events encode(dialect_set set, const domain_event& what);

/// What a successful ack carries: the payload of the confirming event with `"ok":true`; `{"ok":true}` where the dialect
/// has no word for it. For events that carry values of their own (conformance), those values. The name is unused.
wire_event ack_ok(dialect_id by, const domain_event& what);

/// What a failed ack carries, in the words of the dialect that took the command, if one did: {ok, status, code,
/// message, statusCode, data?}.
wire_event ack_failed(std::optional<dialect_id> by, const error& reason);

/// A refusal outside of any event: in the words of the set's first dialect.
error in_words_of(dialect_set set, const error& reason);

}  // namespace parley::dialects
