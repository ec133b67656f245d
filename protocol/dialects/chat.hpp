// The dialect `chat`: messages with sending, editing and deleting, and lists of users (document 004). Constant, on
// every shard. Invariant: event names and field names are those of the document.
#pragma once

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// A chat is a conversation; what is no text there stands in `body` as its JSON text.
const dialect& chat();

}  // namespace parley::dialects
