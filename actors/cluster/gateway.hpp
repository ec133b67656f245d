// The gateway actor: the one actor of a node that others can find. It takes their calls and leaves the rest to the
// steward and the links. Invariant: a node whose version is too far from this one's is not let in.
#pragma once

#include <caf/event_based_actor.hpp>

#include "actors/cluster/cluster_messages.hpp"

namespace parley {

caf::behavior gateway_actor(caf::event_based_actor* self, steward_hdl steward);

}  // namespace parley
