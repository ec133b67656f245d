// Ends the process when taking it down takes longer than it may: CAF waits without limit for threads that serve a
// socket or a database. Whatever was acknowledged is durable by then.
#pragma once

#include <chrono>
#include <thread>

namespace parley::net {

class stop_watch {
 public:
  /// From now on; where this is not destroyed within the time, the process ends with status 1, which is logged.
  void start(std::chrono::milliseconds limit);

 private:
  std::jthread waiting_;
};

}  // namespace parley::net
