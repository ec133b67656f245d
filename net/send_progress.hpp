// Whether a peer still takes what is sent to it. A socket's buffer may hold megabytes, and has room again only when a
// good part of it is gone: so what counts is what the peer's TCP has acknowledged, not what the socket took. On the
// shard's thread only. Costs nothing while a socket takes everything: begin() is for one that does not.
#pragma once

#include <chrono>

#include "net/runtime/timer_wheel.hpp"

namespace parley::net {

class send_progress {
 public:
  /// How often to look: a peer that takes nothing is found at most a quarter of the time late.
  static constexpr int looks_per_timeout = 4;

  /// The socket has taken something, and has no room for the rest.
  void begin(int socket, timer_wheel::time_point now);

  /// For how long the peer has taken nothing.
  std::chrono::milliseconds stalled(int socket, timer_wheel::time_point now);

 private:
  int unacknowledged_ = 0;  // bytes in the socket's buffer
  timer_wheel::time_point since_{};
};

}  // namespace parley::net
