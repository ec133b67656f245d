#include "net/connection_log.hpp"

#include "net/log.hpp"
#include "net/metrics.hpp"

namespace parley::net {
namespace {

std::string who(const ended_connection& which) { return which.app == nullptr ? std::string{} : which.app->who(); }

}  // namespace

void log_slow_client(const ended_connection& which, const slow_client& how) {
  log::warn(log::component::engine, "client disconnected: it does not read what is sent to it",
            {{"user", who(which)},
             {"address", which.client.address.text()},
             {"transport", which.transport},
             {"limit", how.limit},
             {"waiting_bytes", std::to_string(how.waiting_bytes)},
             {"stalled_ms", std::to_string(how.stalled.count())}});
}

void record_end(const ended_connection& which, std::string_view reason) {
  metrics::count_disconnect(which.transport, reason);
  if (reason != "transport error" && reason != "parse error") return;
  log::info(log::component::engine, "client disconnected: it broke its transport's rules",
            {{"user", who(which)},
             {"address", which.client.address.text()},
             {"transport", which.transport},
             {"reason", reason}});
}

}  // namespace parley::net
