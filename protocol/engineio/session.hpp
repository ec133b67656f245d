// The Engine.IO session as a pure state machine: (what happened, now) → what to do. Between the
// transports and the session's owner, on the connection's thread; sockets, timers and the outgoing
// queue are the caller's.
//
//          ┌──── failed or too slow ────┐
//          ▼                            │
//   open(polling) ── WebSocket ──► probing ── `2probe` ──► upgrading ── `5` ──► open(websocket)
//
// From each of these a close leads to closed; from polling without a parked GET by way of closing,
// which waits for one. Upgrading fails back to polling just as probing does.
//
// Invariant: after `closed` was returned, only refusals are. At most one GET is parked, and never
// while upgrading.
#pragma once

#include <array>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "protocol/engineio/packet.hpp"
#include "protocol/engineio/transport.hpp"

namespace parley::engineio {

using time_point = std::chrono::steady_clock::time_point;

enum class close_reason : std::uint8_t {
  none,
  transport_close,  // the client went away, or said `1`
  transport_error,  // the client broke the transport's rules
  parse_error,      // the client sent what is no packet
  ping_timeout,
  server_close,
};
/// The words Socket.IO uses for it: "transport close", …
std::string_view to_string(close_reason reason) noexcept;

/// What a polling client is told at the end: `sent`, packet `1`; `omitted`, nothing but what is queued, and its next
/// GET finds no session. Every client library comes back by itself after the second, python-engineio not after the
/// first.
enum class close_notice : std::uint8_t { sent, omitted };

/// Where outgoing packets may be written now.
enum class outlet : std::uint8_t { nowhere, parked_poll, websocket };

/// What the caller is to do. "At hand" is what the input was about.
enum class action_kind : std::uint8_t {
  // the request at hand
  park_poll,       // keep the GET at hand; answer it as soon as something is queued
  answer_poll,     // 200 with `packet` alone, to the parked GET or else the one at hand
  release_poll,    // answer the parked GET with what is queued; where nothing is, 400, as for a session that is gone
  refuse_request,  // 400 to the request at hand
  read_post,       // read the POST's body and hand its packets over
  answer_post,     // 200 `ok` to the POST
  // WebSockets
  accept_probe,     // complete the second transport's WebSocket handshake
  refuse_probe,     // complete it, then close: some clients fall over a 400 here
  answer_probe,     // write `3probe` to the second transport
  adopt_probe,      // the second transport is the session's transport from now on
  close_probe,      // close the second transport
  close_websocket,  // close the WebSocket, after what was flushed to it
  // what is said
  queue_packet,  // put `packet`, without data, behind the outgoing packets
  flush,         // write all outgoing packets to `to` now
  deliver,       // the packet at hand is a message for the layer above
  closed,        // the session is gone, for `reason`
};

struct action {
  action_kind kind;
  packet_type packet = packet_type::noop;
  outlet to = outlet::nowhere;
  close_reason reason = close_reason::none;

  bool operator==(const action&) const = default;
};

/// What one input leads to, in the order in which it is to be done.
class actions {
 public:
  void push(action next) {
    assert(size_ < list_.size());
    list_[size_++] = next;
  }
  const action* begin() const noexcept { return list_.data(); }
  const action* end() const noexcept { return list_.data() + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::array<action, 6> list_{};
  std::uint8_t size_ = 0;
};

class session {
 public:
  /// Opened by a handshake on `first`. On polling the handshake's GET counts as parked: the open
  /// packet, queued first by the caller, answers it. `settings` must outlive the session.
  session(const options& settings, version protocol, transport first, time_point now);

  // HTTP requests that name this session. A POST is on_post, then its packets through on_packet (or
  // on_bad_packet), then on_post_done; or, instead of the last, on_post_aborted or on_post_dropped.
  actions on_poll(time_point now);
  actions on_poll_aborted();
  actions on_post();
  actions on_post_done();
  actions on_post_aborted();
  /// The caller refused the body by itself (413); the session lives on.
  void on_post_dropped() noexcept { post_active_ = false; }
  /// The caller answered the parked GET with packets of the queue.
  void on_poll_answered() noexcept { poll_parked_ = false; }

  // The second transport.
  actions on_upgrade_request(time_point now);
  actions on_probe_packet(time_point now, const packet_view& packet);
  /// It went away, or sent what is no packet.
  actions on_probe_failed(time_point now);

  /// A packet came in over `from`; it is ignored unless that is the session's transport.
  actions on_packet(time_point now, transport from, const packet_view& packet);
  actions on_bad_packet(transport from);
  /// The session's WebSocket is gone.
  actions on_websocket_closed(close_reason reason = close_reason::transport_close);

  /// The caller reads nothing from now on: silence is no sign that the client is gone.
  void pause() noexcept { unread_ = true; }
  /// What was said meanwhile is read first.
  void resume(time_point now) noexcept;

  /// To be called at `next_deadline`, or later.
  actions on_tick(time_point now);
  /// When `on_tick` next has something to do; the far future once closed.
  time_point next_deadline() const noexcept;

  /// Ends the session in good order: what is queued goes out first.
  actions close(time_point now, close_notice how = close_notice::sent);
  /// Ends it at once; what is queued is lost.
  actions close_now(close_reason reason);

  /// Where the queue may be flushed now.
  outlet target() const noexcept;
  /// Between `3probe` and `5`: the client has stopped polling, and does not speak over the WebSocket yet.
  bool upgrading() const noexcept { return phase_ == phase::upgrading; }
  transport current_transport() const noexcept { return transport_; }
  version protocol() const noexcept { return protocol_; }
  bool closed() const noexcept { return phase_ == phase::closed; }
  close_reason reason() const noexcept { return reason_; }

 private:
  enum class phase : std::uint8_t { open, probing, upgrading, closing, closed };

  bool has_probe() const noexcept { return phase_ == phase::probing || phase_ == phase::upgrading; }
  bool ended() const noexcept { return phase_ == phase::closing || phase_ == phase::closed; }
  void end(actions& out, close_reason reason, packet_type last = packet_type::close);
  void release(actions& out) const;
  void mark_closed(actions& out, close_reason reason);
  void begin_upgrade(actions& out, time_point now);
  void finish_upgrade(actions& out, time_point now);
  void drop_probe(actions& out, time_point now);
  void resume_heartbeat(time_point now) noexcept;
  void restart_heartbeat(time_point now) noexcept;
  bool beating() const noexcept;
  bool timed_out(time_point now) const noexcept;
  void on_ping(actions& out, time_point now);
  void on_pong(actions& out, time_point now);
  void beat(actions& out, time_point now);

  const options* settings_;
  time_point heartbeat_at_;  // v4: when to ping or, with a ping out, to give up; v3: when to give up
  time_point paused_at_{};   // while upgrading: since when the heartbeat stands still
  time_point limit_at_{};    // while probing, upgrading or closing: when that has taken too long
  version protocol_;
  transport transport_;
  phase phase_ = phase::open;
  close_reason reason_ = close_reason::none;
  bool poll_parked_;
  close_notice notice_ = close_notice::sent;
  bool post_active_ = false;
  bool awaiting_pong_ = false;
  bool unread_ = false;  // the caller is not reading
};

}  // namespace parley::engineio
