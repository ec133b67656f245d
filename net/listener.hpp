// Accepts connections for one shard. All shards listen on the same address (SO_REUSEPORT): the kernel spreads the
// connections, and none of them changes its thread. On the shard's thread only, except for `reserve`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/runtime/io_shard.hpp"
#include "net/runtime/tcp_socket.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

using tcp = boost::asio::ip::tcp;

/// An address that is ours: holds the port (also one that the kernel chose) until every shard listens on it.
class reserved_address {
 public:
  /// The error says why the address cannot be had. Another server's port is refused even where SO_REUSEPORT would
  /// let us share it. A port of 0 takes a free one.
  static result<reserved_address, std::string> reserve(const std::string& host, std::uint16_t port);

  const tcp::endpoint& endpoint() const { return endpoint_; }

 private:
  reserved_address(std::shared_ptr<boost::asio::io_context> context, tcp::acceptor holder, tcp::endpoint endpoint);

  std::shared_ptr<boost::asio::io_context> context_;
  tcp::acceptor holder_;
  tcp::endpoint endpoint_;
};

class listener final : private pollable, private timer_wheel::timer {
 public:
  using accept_handler = std::function<void(std::unique_ptr<tcp_socket>)>;

  /// Listens; accepts from `start` on. Throws boost::system::system_error where it cannot.
  listener(io_shard& shard, const tcp::endpoint& at, accept_handler then);
  ~listener() override;

  void start();

 private:
  /// Pause after a failed accept, such as one for want of file descriptors.
  static constexpr std::chrono::milliseconds retry_delay{100};

  /// Connections accepted before other sockets are looked at again.
  static constexpr int max_at_once = 64;

  void on_events(std::uint32_t events) override;
  void on_timer(timer_wheel::time_point now) override;
  void take(int socket);
  void retry_later(const std::string& reason);

  io_shard& shard_;
  unique_fd socket_;
  accept_handler then_;
};

}  // namespace parley::net
