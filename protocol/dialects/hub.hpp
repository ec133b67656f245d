// The dialect `hub`: snake_case events, one `new_message` for all scopes, admin broadcast (document
// 003). Constant, on every shard. Invariant: event names, field names and texts are those of the
// document.
#pragma once

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// `from` is {id, username, email, role}; `email` and `role` are null where the token has none, so
/// that `data.from.email` can always be read. `user` has `connectedAt` as well. There is no
/// greeting on connect: Socket.IO's own `connect` is this vocabulary's.
const dialect& hub();

}  // namespace parley::dialects
