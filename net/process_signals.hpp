// The signals that the process listens to: SIGTERM and SIGINT stop it, SIGHUP reloads its configuration, SIGUSR1 and
// SIGUSR2 do nothing. They are blocked in every thread, and taken by the main thread where it waits. Invariant: made
// before any other thread, which inherits what is blocked.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace parley::net {

enum class signal_event { stop, reload, woken };

class process_signals {
 public:
  process_signals();

  /// The next signal that means something; without one, waits.
  signal_event wait() const;
  /// Nothing when `time` is over before.
  std::optional<signal_event> wait_for(std::chrono::milliseconds time) const;

  /// Ends a wait of the main thread (`woken`); from any thread.
  static void wake();

 private:
  sigset_t taken_{};
};

}  // namespace parley::net
