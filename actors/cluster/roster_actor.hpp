// Asks the database about the cluster, on a thread of its own: it blocks. Spawned detached by the steward, to which it
// answers. Invariant: one answer for each question, without a view where the database did not answer.
#pragma once

#include <functional>
#include <memory>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/cluster/cluster_messages.hpp"

namespace parley {

struct roster_data {
  static inline const char* name = "roster";

  std::function<std::unique_ptr<roster>()> open;
  std::unique_ptr<roster> database;
};

using roster_pointer = roster_hdl::stateful_pointer<roster_data>;

/// `open` throws store_failure.
roster_hdl::behavior_type roster_actor(roster_pointer self, steward_hdl steward,
                                       std::function<std::unique_ptr<roster>()> open);

}  // namespace parley
