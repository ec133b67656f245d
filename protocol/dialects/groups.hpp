// The dialect `groups`: kebab-case events of groups who watch series together, with Spanish texts (document 000).
// Constant, on every shard. Invariant: a group's id comes back with the JSON type it was joined with.
#pragma once

#include <string_view>

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// A group is a room with a label; the events of rooms without one are not this dialect's.
const dialect& groups();

/// The room that a group is. A control character keeps groups apart from rooms, as no client can name one.
room_name group_room(std::string_view id);

}  // namespace parley::dialects
