// A WebSocket connection: bytes ↔ messages. The handshake and the reading of frames are protocol/websocket's; frames go
// out through the outbox. On the shard's thread only. Invariant: the listener hears `on_ws_closed` exactly once, and
// nothing after it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_request.hpp"
#include "net/outbox.hpp"
#include "net/runtime/io_shard.hpp"
#include "net/runtime/tcp_socket.hpp"

namespace parley::net {

/// An HTTP connection that asked for a WebSocket, taken out of its HTTP session.
struct upgrade_request {
  std::unique_ptr<tcp_socket> socket;
  http_request request;
  std::string received{};  // what came behind the request: the WebSocket's first bytes
};

struct ws_options {
  std::size_t max_message_bytes = 1'000'000;
  outbox_limits outbox{};
  bool deflate = false;
};

class ws_transport {
 public:
  class listener {
   public:
    /// The handshake is done.
    virtual void on_ws_open(dialects::compression agreed) = 0;
    virtual void on_ws_message(std::string_view data, bool text) = 0;
    /// It was congested(), and is no more.
    virtual void on_ws_drained() {}
    /// It is closed because it is too slow; `on_ws_closed` follows.
    virtual void on_ws_slow(const slow_client& /*how*/) {}
    /// `reason` as in Engine.IO: "transport close", "transport error", "slow consumer".
    virtual void on_ws_closed(std::string_view reason) = 0;

   protected:
    ~listener() = default;
  };

  /// Reads and speaks once it is opened. The listener must outlive the transport or detach itself.
  static std::shared_ptr<ws_transport> accept(io_shard& shard, upgrade_request from, const ws_options& options,
                                              listener& told);

  /// Completes the handshake only to close with `code`: for clients that must not get in by this way.
  static void turn_away(io_shard& shard, upgrade_request from, std::uint16_t code, std::string_view reason);

  virtual ~ws_transport() = default;

  /// Answers the handshake. The listener hears of it within the call, also of its failure.
  virtual void open() = 0;
  virtual void send(dialects::frame_ptr what) = 0;
  /// The peer is behind by more than the outbox's soft limit. The listener hears when it has caught up.
  virtual bool congested() = 0;
  /// Sends a close frame after what is queued, and closes when the peer has answered or `close_timeout` is over.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Closes the socket at once.
  virtual void abort() = 0;
  /// While paused nothing more is read: the peer feels the back pressure.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// From now on nobody is told anything.
  virtual void detach() = 0;

  /// For clients without a heartbeat of their own: asks for a WebSocket pong; `take_heard` says whether anything was
  /// heard from the peer since it was last called, or could not have been, as nothing was read.
  virtual void ping() = 0;
  virtual bool take_heard() = 0;
};

}  // namespace parley::net
