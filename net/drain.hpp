// How a server that stops lets its clients go: it says that it is not ready, goes on serving for a while, then closes
// transports at a set pace, so that the servers they go to are not stormed. On the main thread; what it does to the
// server is behind `drained`. Invariant: it ends after `delay` and `timeout` at the latest.
#pragma once

#include <chrono>
#include <cstddef>

namespace parley::net {

struct drain_plan {
  /// How long it goes on serving, new clients too: until load balancers have seen that it is not ready.
  std::chrono::milliseconds delay{0};
  /// Transports closed in a second; 0: all at once.
  std::size_t rate = 0;
  /// How long closing may take; what is left then is closed at once.
  std::chrono::milliseconds timeout{0};
};

/// What is drained.
class drained {
 public:
  using clock = std::chrono::steady_clock;

  virtual std::size_t clients() const = 0;
  virtual void refuse_new_clients() = 0;
  /// Closes the transports of at most `count` clients more; returns how many it was.
  virtual std::size_t close_clients(std::size_t count) = 0;
  /// False when it was told to hurry: then it waits no longer.
  virtual bool wait(std::chrono::milliseconds time) = 0;
  virtual clock::time_point now() const = 0;

 protected:
  ~drained() = default;
};

/// Between two looks at what is left to close.
inline constexpr std::chrono::milliseconds drain_step{20};
/// What is closed at once at the end has so long to leave with its close frame.
inline constexpr std::chrono::milliseconds last_close{500};

/// Returns how many clients were left when the time was over, or it was told to hurry.
std::size_t drain(drained& server, const drain_plan& plan);

}  // namespace parley::net
