#include "net/stop_watch.hpp"

#include <condition_variable>
#include <mutex>
#include <unistd.h>

#include "net/log.hpp"

namespace parley::net {

void stop_watch::start(std::chrono::milliseconds limit) {
  waiting_ = std::jthread{[limit](const std::stop_token& over) {
    std::mutex own;
    std::condition_variable_any wait;
    std::unique_lock lock{own};
    wait.wait_for(lock, over, limit, [] { return false; });
    if (over.stop_requested()) return;
    log::error(log::component::server, "could not stop in time: ending the process",
               {{"limit_ms", std::to_string(limit.count())}});
    ::_exit(1);
  }};
}

}  // namespace parley::net
