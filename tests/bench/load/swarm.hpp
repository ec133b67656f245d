// All clients of a run on one thread and one epoll set. Bytes are parsed in the one buffer they
// were received into; only the rest of a frame cut in two is kept aside. Must cost less CPU than
// the server it loads.
#pragma once

#include <cstdint>
#include <deque>
#include <netinet/in.h>
#include <string>
#include <vector>

#include "tests/bench/load/client.hpp"
#include "tests/bench/load/histogram.hpp"

namespace parley::bench {

/// A server on this machine; its name goes into the Host header.
struct endpoint {
  sockaddr_in address;
  std::string host;
};

class swarm {
 public:
  swarm(endpoint server, message_handler& handler);
  ~swarm();
  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;

  /// Connects one client per token, with at most `at_once` on their way to readiness, and returns
  /// when all are ready. `room_of(number)` names the room each joins, "" for none. A client that
  /// fails ends the program.
  template <class RoomOf>
  void connect(const std::vector<std::string>& tokens, std::size_t at_once, RoomOf room_of) {
    for (const auto& token : tokens) {
      const auto number = static_cast<std::uint32_t>(links_.size());
      links_.push_back(link{client{number, token, room_of(number), counts_, handler_}, -1, false, 0, {}});
    }
    open_all(at_once);
  }

  void emit(std::uint32_t number, std::string_view event);

  /// Waits for traffic until `deadline` (ns) at most, and handles what there is.
  void turn(std::uint64_t deadline);

  /// Turns until no event has come for `quiet` ns, at most `limit` ns.
  void settle(std::uint64_t quiet, std::uint64_t limit);

  const traffic& counts() const { return counts_; }

  /// From the first connect call to readiness, in ns.
  histogram& connect_times() { return connect_times_; }

  /// Clients that ended although they should not; the first one's reason goes to standard error.
  std::uint64_t failures() const { return failures_; }

 private:
  struct link {
    client protocol;
    int socket = -1;
    bool started = false;
    std::uint64_t opened_at = 0;
    std::string rest;  // of a frame that was cut
  };

  void open_all(std::size_t at_once);
  void open(std::uint32_t number);
  void on_ready_to(std::uint32_t number, std::uint32_t events);
  void receive(link& from, bool until_end);
  bool receive_once(link& from, bool until_end);
  void flush(link& to);
  void watch_progress(link& of, bool was_ready);
  void drop(link& lost);

  endpoint server_;
  message_handler& handler_;
  int epoll_;
  std::deque<link> links_;
  std::vector<char> buffer_;
  traffic counts_{};
  histogram connect_times_;
  std::size_t unready_ = 0;  // opened, on their way
  std::uint64_t failures_ = 0;
};

}  // namespace parley::bench
