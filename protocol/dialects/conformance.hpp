// The dialect of the conformance server: echoes events and acks as the official Socket.IO suite
// asks for, with binary values and broken Unicode as they came. Constant, on every shard; never on
// a namespace with another dialect.
#pragma once

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// `auth` on connect; `message` → `message-back`; `message-with-ack` → its ack; `emit-with-ack` →
/// an event that asks for an ack.
const dialect& conformance();

}  // namespace parley::dialects
