// The guardian actor: starts the actors that everyone needs, the registries and the directory, and restarts them when
// they crash. At the root of all others: when it is told to exit, it ends them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"

namespace parley {

/// More restarts than this within the period mean that restarting does not help.
inline constexpr std::size_t max_restarts = 5;
inline constexpr std::chrono::seconds restart_period{10};

/// Where things are kept, and how to get there.
struct store_setup {
  std::function<std::unique_ptr<store>()> open_writer;
  std::function<std::unique_ptr<store>()> open_reader;
  std::shared_ptr<store_gauge> gauge = std::make_shared<store_gauge>();
  std::size_t queue_limit = 10'000;
  retention keep{};
  /// Threads of their own; without, one actor on the scheduler does both (tests).
  bool threads = true;
};

struct guardian_start {
  settings_ptr settings;
  std::vector<network_hdl> networks;
  std::size_t registries = 1;
  std::optional<store_setup> store{};
  /// Called once when restarting does not help: the process should end.
  std::function<void()> give_up;
  /// Of a cluster, this node alone; it becomes a member later.
  ownership nodes{};
};

struct guardian_data {
  static inline const char* name = "guardian";

  guardian_start with;
  core_ptr core;
  /// All that keeps the store actors alive.
  std::vector<store_hdl> stores;
  std::vector<timestamp> restarts;
};

using guardian_pointer = guardian_hdl::stateful_pointer<guardian_data>;

/// The network actors hear `core_changed` as soon as all core actors run.
guardian_hdl::behavior_type guardian_actor(guardian_pointer self, guardian_start with);

}  // namespace parley
