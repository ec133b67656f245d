// Where connections come in. All shards share the listening socket of an address, and take turns in accepting from it:
// who is awake goes on, until it has some more connections than the shard with the fewest. Invariant: at most one shard
// watches the socket. A connection stays with the shard that accepted it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/reserved_address.hpp"
#include "net/runtime/io_shard.hpp"
#include "net/runtime/tcp_socket.hpp"
#include "protocol/web/ip_address.hpp"

namespace parley::net {

class acceptor;

/// The listening socket, and whose turn it is. Its acceptors keep it.
class listener : public std::enable_shared_from_this<listener> {
 public:
  /// Nothing is accepted before each of `shards` has an acceptor.
  listener(listening_socket socket, std::vector<io_shard*> shards);

  int native_handle() const { return socket_.get(); }

  // On the thread of the acceptor's shard.
  void join(acceptor& joining, const io_shard& of);
  void leave(const io_shard& of) { acceptors_[of.index()] = nullptr; }
  /// True when `of` has had its share, and it is another's turn.
  bool pass_on(const io_shard& of);

 private:
  /// So many connections more than the shard with the fewest make it another's turn: an eighth of what that one has,
  /// within these limits. To wake another shard costs about as much as a few connections.
  static constexpr std::size_t lead_part = 8;
  static constexpr std::size_t least_lead = 1;
  static constexpr std::size_t greatest_lead = 512;

  listening_socket socket_;
  std::vector<io_shard*> shards_;
  std::vector<acceptor*> acceptors_;  // each touched by its shard only
};

/// Accepts for one shard. On its thread only.
class acceptor final : private pollable, private timer_wheel::timer {
 public:
  /// `peer`: the other side of the connection.
  using accept_handler = std::function<void(std::unique_ptr<tcp_socket>, const web::ip_address& peer)>;

  acceptor(io_shard& shard, std::shared_ptr<listener> from, accept_handler then);
  ~acceptor() override;

  /// It is this shard's turn.
  void start();

 private:
  /// Pause after a failed accept, such as one for want of file descriptors.
  static constexpr std::chrono::milliseconds retry_delay{100};

  /// Connections accepted before other sockets are looked at again.
  static constexpr int max_at_once = 64;

  void on_events(std::uint32_t events) override;
  void on_timer(timer_wheel::time_point now) override;
  void take(int socket, const web::ip_address& peer);
  void stop();
  void retry_later(const std::string& reason);

  io_shard& shard_;
  std::shared_ptr<listener> listener_;
  accept_handler then_;
};

}  // namespace parley::net
