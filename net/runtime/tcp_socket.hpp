// A connected TCP socket of a shard. It is registered with the shard's poller once, edge-triggered: to wait for bytes
// costs no system call. On the shard's thread only. Invariant: whoever waits is kept alive until it was told, or the
// socket is closed or given away.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "net/runtime/io_shard.hpp"
#include "net/runtime/poller.hpp"

namespace parley::net {

class tcp_socket final : private pollable {
 public:
  /// Reads from a socket, and writes to it. It may be told once more after it has closed the socket.
  class user {
   public:
    virtual void on_readable() = 0;
    virtual void on_writable() = 0;

   protected:
    ~user() = default;
  };

  /// Takes over a connected, non-blocking socket. Null, and the socket closed, where it cannot be watched.
  static std::unique_ptr<tcp_socket> adopt(io_shard& shard, int fd);

  tcp_socket(io_shard& shard, unique_fd fd);
  ~tcp_socket();

  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;

  bool is_open() const { return fd_.is_open(); }
  int native_handle() const { return fd_.get(); }

  /// Tells `who` once, and never within this call, when there are bytes, an end or an error to be received.
  void await_readable(std::shared_ptr<user> who);
  /// Likewise, when there is room to send; after a send that found none.
  void await_writable(std::shared_ptr<user> who);

  /// As recv(2): 0 at the end; -1, with errno EAGAIN, where nothing has come.
  std::ptrdiff_t receive(std::span<char> into);
  void shutdown_send();
  void close();
  /// Gives the open socket away, for another shard.
  int release();

 private:
  void on_events(std::uint32_t events) override;
  void on_abandoned() override;
  void dismiss_users();

  io_shard& shard_;
  unique_fd fd_;
  bool readable_ = true;  // there may be something to receive
  bool ended_ = false;    // the other side has closed, or it is broken: this is told only once
  bool watches_sending_ = false;
  std::shared_ptr<user> reader_;
  std::shared_ptr<user> writer_;
};

}  // namespace parley::net
