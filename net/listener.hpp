// Accepts connections for one shard. All shards listen on the same address (SO_REUSEPORT): the kernel spreads the
// connections, and none of them changes its thread. On the shard's thread only, except for `reserve`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "net/runtime/io_shard.hpp"
#include "net/socket.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// An address that is ours: holds the port (also one that the kernel chose) until every shard listens on it.
class reserved_address {
 public:
  /// The error says why the address cannot be had. Another server's port is refused even where SO_REUSEPORT would
  /// let us share it. A port of 0 takes a free one.
  static result<reserved_address, std::string> reserve(const std::string& host, std::uint16_t port);

  const tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  reserved_address(std::shared_ptr<asio::io_context> context, tcp_acceptor holder, tcp::endpoint endpoint);

  std::shared_ptr<asio::io_context> context_;
  tcp_acceptor holder_;
  tcp::endpoint endpoint_;
};

class listener {
 public:
  using accept_handler = std::function<void(tcp_socket)>;

  listener(io_shard& shard, const tcp::endpoint& at, accept_handler then);

  void start();
  void stop();

 private:
  /// Pause after a failed accept, such as one for want of file descriptors.
  static constexpr std::chrono::milliseconds retry_delay{100};

  /// Connections accepted before other sockets are looked at again.
  static constexpr int max_at_once = 64;

  void wait();
  void accept_waiting();
  void take(int socket);
  void retry_later(const std::string& reason);

  tcp_acceptor acceptor_;
  asio::steady_timer retry_;
  tcp protocol_;
  accept_handler then_;
};

}  // namespace parley::net
