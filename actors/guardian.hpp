// The guardian actor: starts the actors that everyone needs, the registries and the directory, and restarts them when
// they crash. At the root of all others: when it is told to exit, it ends them.
#pragma once

#include <functional>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"

namespace parley {

/// More restarts than this within the period mean that restarting does not help.
inline constexpr std::size_t max_restarts = 5;
inline constexpr std::chrono::seconds restart_period{10};

struct guardian_start {
  settings_ptr settings;
  std::vector<network_hdl> networks;
  std::size_t registries = 1;
  /// Called once when restarting does not help: the process should end.
  std::function<void()> give_up;
};

struct guardian_data {
  static inline const char* name = "guardian";

  guardian_start with;
  core_ptr core;
  std::vector<timestamp> restarts;
};

using guardian_pointer = guardian_hdl::stateful_pointer<guardian_data>;

/// The network actors hear `core_changed` as soon as all core actors run.
guardian_hdl::behavior_type guardian_actor(guardian_pointer self, guardian_start with);

}  // namespace parley
