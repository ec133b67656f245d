// The dialect `messenger`: conversations with receipts, typing, history, presence, calls and files, as `noun:verb`
// events (document 002). Constant, on every shard. Invariant: event names and field names are those of the document;
// conversations are strings in events, users have the JSON type of their tokens.
#pragma once

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// Confirmations without an event of their own in the document have a payload for acks and REST all the same.
const dialect& messenger();

/// Its commands; a part of `messenger().decode`, in a file of its own.
decoded decode_messenger(const wire_command& in, const identity& self, const payload_limits& limits);
std::vector<std::string_view> messenger_command_names();

}  // namespace parley::dialects
