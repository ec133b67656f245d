// What a process counts, for Prometheus. Thread-safe. Only what is rare is counted here (refusals, mistakes of
// clients, crashes): nothing on a message's way waits for another thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley::net::metrics {

/// Something of a client was refused: `where` it was noticed (http, engineio, socketio, auth, command) and
/// the `reason` out of that layer's own table, never text of the client's making.
void count_rejected(std::string_view where, std::string_view reason);

/// A client's connection ended: what carried it (polling, websocket, plain), and why, in Engine.IO's words.
void count_disconnect(std::string_view transport, std::string_view reason);

/// An actor crashed: which kind.
void count_crash(std::string_view actor);

/// What a session has heard of a conversation was forgotten (heard_log).
void count_forgotten();

/// What is true at the moment of asking.
struct snapshot {
  std::size_t connections = 0;
  bool ready = false;
  bool store_healthy = true;
  std::size_t store_waiting = 0;
  /// Members of the cluster that answer, this node included, and the number of the view; 0 where there is no cluster.
  std::size_t cluster_nodes = 0;
  std::uint64_t cluster_view = 0;
  bool cluster_database_answers = false;
};

/// All of it in Prometheus' text format.
std::string render(const snapshot& now);

}  // namespace parley::net::metrics
