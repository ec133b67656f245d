// The layer beneath beast::websocket::stream: reads pass through to the socket; what Beast writes joins the shared
// frames in the outbox, in order, and leaves with them when the shard flushes. A write completes at once, as the outbox
// has taken its bytes. On the shard's thread only.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "net/outbox.hpp"
#include "net/socket.hpp"

namespace parley::net {

class outbox_stream {
 public:
  /// Called when there is something to flush, and when what Beast wrote did not fit.
  class owner {
   public:
    virtual void on_outbox_filled() = 0;
    virtual void on_outbox_overflow() = 0;

   protected:
    ~owner() = default;
  };

  using executor_type = executor;

  outbox_stream(tcp_socket socket, outbox_limits limits, owner& told)
      : socket_{std::move(socket)}, outbox_{limits}, owner_{told} {}

  executor_type get_executor() { return socket_.get_executor(); }
  tcp_socket& socket() { return socket_; }
  outbox& queue() { return outbox_; }
  const outbox& queue() const { return outbox_; }

  template <class MutableBuffers, class Handler>
  auto async_read_some(const MutableBuffers& into, Handler&& handler) {
    return socket_.async_read_some(into, std::forward<Handler>(handler));
  }

  template <class ConstBuffers, class Handler>
  auto async_write_some(const ConstBuffers& from, Handler&& handler) {
    return asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
        [this](auto done, const ConstBuffers& bytes) {
          const auto size = asio::buffer_size(bytes);
          take(boost::beast::buffers_to_string(bytes));
          asio::post(socket_.get_executor(),
                     [done = std::move(done), size]() mutable { std::move(done)(boost::system::error_code{}, size); });
        },
        handler, from);
  }

 private:
  void take(std::string bytes) {
    if (bytes.empty()) return;
    const dialects::frame_ptr frame{new dialects::frame{std::move(bytes), dialects::urgency::required}};
    if (outbox_.push(frame))
      owner_.on_outbox_filled();
    else
      owner_.on_outbox_overflow();
  }

  tcp_socket socket_;
  outbox outbox_;
  owner& owner_;
};

/// Beast calls this when the closing handshake is over; the transport flushes and closes the socket itself.
template <class Handler>
void async_teardown(boost::beast::role_type, outbox_stream& stream, Handler&& handler) {
  asio::post(stream.get_executor(),
             [done = std::forward<Handler>(handler)]() mutable { std::move(done)(boost::system::error_code{}); });
}

inline void teardown(boost::beast::role_type, outbox_stream&, boost::system::error_code& failure) { failure = {}; }

/// Beast's websocket calls this when a peer does not close in time.
inline void beast_close_socket(outbox_stream& stream) {
  boost::system::error_code ignored;
  stream.socket().close(ignored);
}

}  // namespace parley::net
