// The sockets of all users on one thread and one epoll set. Bytes are parsed in the one buffer they were received into;
// only the rest of a packet cut in two is kept aside. Must cost less CPU than the server it loads.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <vector>

#include "tests/load/histogram.hpp"
#include "tests/load/link.hpp"

namespace parley::load {

/// Hears of connections that end without having been asked to.
class losses {
 public:
  virtual void on_lost(std::uint32_t user, std::string_view reason) = 0;

 protected:
  ~losses() = default;
};

struct endpoint {
  sockaddr_in socket_address{};
  address where;
};

/// How one user reaches its server.
struct route {
  const endpoint* to = nullptr;
  transport_kind transport = transport_kind::websocket;
  bool slow = false;  ///< reads only when told to
};

class swarm {
 public:
  explicit swarm(losses& told);
  ~swarm();
  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;

  /// Users are numbered in the order of their adding.
  void add(const route& by, user speaker);

  /// From the next connection on, that user's server is another.
  void reroute(std::uint32_t number, const endpoint& to) { seats_[number].by.to = &to; }

  /// Connects; to be called again after an end.
  void open(std::uint32_t number);
  /// Says goodbye and closes.
  void close(std::uint32_t number);
  bool is_open(std::uint32_t number) const { return seats_[number].connection != nullptr; }
  bool is_ready(std::uint32_t number) const { return is_open(number) && seats_[number].connection->user().ready(); }

  /// Leaves with the next turn, together with what else the user says until then. False where the user is not ready.
  bool say(std::uint32_t number, word what, const blanks& values, const std::uint64_t* ack);

  /// Ends those who are not ready `patience` (ns) after they began, and those whose server is silent for longer than it
  /// may be: a connection that was cut tells nobody.
  void drop_overdue(std::uint64_t now, std::uint64_t patience);

  /// Reads so many bytes of a slow user.
  void read_slowly(std::uint32_t number, std::size_t bytes);

  /// Waits for traffic until `deadline` (ns) at most, and handles what there is.
  void turn(std::uint64_t deadline);

  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t opened_at(std::uint32_t number) const { return seats_[number].opened_at; }

 private:
  struct channel {
    int socket = -1;
    bool started = false;
    std::string rest;  // of a packet that was cut
  };
  struct seat {
    route by;
    user speaker;
    std::unique_ptr<user_link> connection;
    std::array<channel, user_link::most_channels> channels;
    std::uint64_t opened_at = 0;
    std::uint64_t heard_at = 0;
    bool spoke = false;  // has said something since the last turn
  };

  void open_channel(std::uint32_t number, std::size_t which);
  void on_event(std::uint32_t number, std::size_t which, std::uint32_t events);
  void receive(seat& from, std::size_t which, bool until_end);
  bool receive_once(seat& from, std::size_t which, bool until_end, std::size_t most);
  void flush(seat& to);
  void flush_all();
  void drop(std::uint32_t number);
  static void close_sockets(seat& of);

  losses& told_;
  int epoll_;
  std::deque<seat> seats_;
  std::vector<std::uint32_t> speakers_;
  std::vector<char> buffer_;
  std::uint64_t bytes_ = 0;
};

}  // namespace parley::load
