// How the ends of clients' connections are logged and counted: who it was, from where, and why. Each end is counted;
// what is normal is not logged. On the shards' threads.
#pragma once

#include <string>
#include <string_view>

#include "net/connection.hpp"
#include "net/outbox.hpp"

namespace parley::net {

struct ended_connection {
  const client_info& client;
  std::string_view transport;  // polling, websocket or plain
  const application* app;      // null where there is none yet
};

/// A line about a client that is disconnected as it does not read what is sent to it.
void log_slow_client(const ended_connection& which, const slow_client& how);

/// Counts the end, and logs it where the client broke a rule. `reason` is Engine.IO's.
void record_end(const ended_connection& which, std::string_view reason);

}  // namespace parley::net
