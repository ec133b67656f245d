#include "net/ws_transport.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <span>
#include <sys/socket.h>
#include <utility>

#include "net/metrics.hpp"
#include "net/send_progress.hpp"
#include "net/ws_handshake.hpp"
#include "protocol/dialects/framing.hpp"
#include "protocol/websocket/frame_reader.hpp"

namespace parley::net {
namespace {

namespace close_code = websocket::close_code;
using websocket::opcode;
using namespace std::chrono_literals;

/// For one that was too slow: what is left of a frame must leave before the close frame can.
constexpr std::chrono::seconds slow_close_timeout{10};

// Shared by all connections of a thread: what was received is handled, copied or thrown away before another is read.
thread_local std::array<char, 64 * 1024> received_bytes;

dialects::frame_ptr make_frame(std::string bytes) {
  return dialects::frame_ptr{new dialects::frame{std::move(bytes), dialects::urgency::required}};
}

dialects::frame_ptr make_frame(opcode kind, std::string_view payload) {
  std::string bytes;
  dialects::append_websocket(bytes, kind, payload);
  return make_frame(std::move(bytes));
}

dialects::frame_ptr make_close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload;
  payload.push_back(static_cast<char>(code >> 8U));
  payload.push_back(static_cast<char>(code & 0xffU));
  return make_frame(opcode::close, payload.append(reason));
}

class ws_transport_impl final : public ws_transport,
                                public std::enable_shared_from_this<ws_transport_impl>,
                                public tcp_socket::user,
                                private flushable,
                                private timer_wheel::timer {
 public:
  ws_transport_impl(io_shard& shard, upgrade_request from, const ws_options& options, const ws_handshake& how,
                    listener& told)
      : shard_{shard},
        told_{&told},
        socket_{std::move(from.socket)},
        outbox_{options.outbox},
        frames_{options.max_message_bytes, how.compression != dialects::compression::none},
        kept_{std::move(from.received)},
        agreed_{how.agreed},
        compression_{how.compression} {}

  void answer(std::string with) { push(make_frame(std::move(with))); }

  void open() override {
    const auto self = shared_from_this();
    if (!agreed_) {
      flush();
      finish("transport error", ending::lingering);
      return;
    }
    if (told_ != nullptr) told_->on_ws_open(compression_);
    if (!finished_ && !paused_ && !reading_) read_on();
  }

  void send(dialects::frame_ptr what) override {
    if (ending_) return;
    push(std::move(what));
  }

  bool congested() override {
    if (ending_ || !outbox_.above_soft_limit()) return false;
    if (make_room() && !outbox_.above_soft_limit()) return false;
    tells_when_drained_ = true;
    return true;
  }

  void close(std::uint16_t code, std::string_view reason) override {
    if (ending_) return;
    push(make_close_frame(code, reason));
    ending_ = true;
    shard_.arm(*this, shard_.close_timeout());
    resume_reading();  // until the peer has said so too
  }

  void abort() override { finish("transport close"); }

  void pause_reading() override { paused_ = !ending_; }

  void resume_reading() override {
    if (!std::exchange(paused_, false) || reading_ || finished_) return;
    read_on();
  }

  void detach() override { told_ = nullptr; }

  void ping() override { send(make_frame(opcode::ping, {})); }

  bool take_heard() override { return std::exchange(heard_, false) || paused_; }

 private:
  enum class ending : std::uint8_t { at_once, lingering };

  // -- reading -------------------------------------------------------------------------------------------------------

  // Not within the call: what was kept is handled as if it came now.
  void read_on() {
    if (kept_.empty()) return wait_for_bytes();
    reading_ = true;
    shard_.defer([self = shared_from_this()] { self->take_kept(); });
  }

  // For the socket to become readable, and not into a buffer: an idle connection has none.
  void wait_for_bytes() {
    reading_ = true;
    socket_->await_readable(shared_from_this());
  }

  void on_readable() override {
    if (finished_ || leaving_) return discard();
    reading_ = false;
    const auto got = socket_->receive(received_bytes);
    if (got > 0)
      take({received_bytes.data(), static_cast<std::size_t>(got)});
    else if (got < 0 && (errno == EAGAIN || errno == EINTR))
      wait_for_bytes();
    else
      on_gone(got == 0 || errno == ECONNRESET);
  }

  void take_kept() {
    reading_ = false;
    auto bytes = std::exchange(kept_, {});
    if (!finished_) take(bytes);
  }

  /// Everything that was received, message by message, as far as the listener takes it now.
  void take(std::span<char> bytes) {
    const auto self = shared_from_this();
    heard_ = true;
    reading_ = true;
    while (!paused_ && !finished_ && !leaving_) {
      const auto next = frames_.next(bytes);
      if (next.what == websocket::received::kind::nothing) break;
      on_frame(next);
    }
    reading_ = false;
    if (finished_) return;
    if (paused_)
      kept_.assign(bytes.data(), bytes.size());
    else
      wait_for_bytes();
  }

  void on_frame(const websocket::received& next) {
    using kind = websocket::received::kind;
    switch (next.what) {
      case kind::text:
      case kind::binary:
        if (told_ != nullptr && !ending_) told_->on_ws_message(next.data, next.what == kind::text);
        break;
      case kind::ping:
        send(make_frame(opcode::pong, next.data));
        break;
      case kind::close:
        return on_close_frame(next.code);
      case kind::broken:
        return on_broken(next.code);
      case kind::pong:
      case kind::nothing:
        break;
    }
  }

  void on_close_frame(std::uint16_t code) {
    if (!ending_) push(make_close_frame(code == close_code::none ? close_code::normal : code, {}));
    finish_when_written("transport close", ending::at_once);
  }

  void on_broken(std::uint16_t code) {
    metrics::count_rejected("websocket", websocket::to_string(code));
    if (!ending_) push(make_close_frame(code, {}));
    finish_when_written("transport error", ending::lingering);
  }

  void on_gone(bool by_itself) {
    flush();
    if (by_itself)
      finish("transport close");
    else
      finish("transport error", ending::lingering);
  }

  // -- writing -------------------------------------------------------------------------------------------------------

  void push(dialects::frame_ptr what) {
    const auto when = what->to() == dialects::spread::many ? pace::gathered : pace::this_turn;
    if (outbox_.push(what) || (make_room() && outbox_.push(std::move(what))))
      shard_.mark(*this, when);
    else
      on_slow("outbox-bytes");
  }

  // A client that reads is not slow because much was said to it in one turn. What the socket says is heard at the next
  // flush.
  bool make_room() {
    return !finished_ && !blocked_ && outbox_.flush(socket_->native_handle()) != outbox::flushed::failed;
  }

  // Not at once: a fan-out is going on, and closing takes the session out of the lists it walks.
  void on_slow(std::string_view limit) {
    if (std::exchange(ending_, true)) return;
    shard_.defer([self = shared_from_this(), limit] { self->close_slow(limit); });
  }

  // The listener need not wait: what is left is to tell the client, which may take it long.
  void close_slow(std::string_view limit) {
    if (finished_) return;
    const auto stalled = blocked_ ? progress_.stalled(socket_->native_handle(), shard_.now()) : 0ms;
    const slow_client how{limit, outbox_.bytes(), stalled};
    auto* const told = std::exchange(told_, nullptr);
    outbox_.finish_with(make_close_frame(close_code::try_again_later, "too slow"));
    shard_.arm(*this, slow_close_timeout);
    resume_reading();
    flush();
    if (told == nullptr) return;
    told->on_ws_slow(how);
    told->on_ws_closed("slow consumer");
  }

  void flush() override {
    if (finished_ || blocked_) return;
    switch (outbox_.flush(socket_->native_handle())) {
      case outbox::flushed::all:
        if (leaving_) return finish({}, *leaving_);
        break;
      case outbox::flushed::blocked:
        wait_until_writable();
        break;
      case outbox::flushed::failed:
        finish("transport error");
        return;
    }
    if (tells_when_drained_ && !outbox_.above_soft_limit()) on_drained();
  }

  void on_drained() {
    tells_when_drained_ = false;
    if (told_ != nullptr && !ending_) told_->on_ws_drained();
  }

  void wait_until_writable() {
    blocked_ = true;
    socket_->await_writable(shared_from_this());
    if (ending_) return;  // that has a deadline of its own
    progress_.begin(socket_->native_handle(), shard_.now());
    look_later();
  }

  void look_later() { shard_.arm(*this, outbox_.limits().send_timeout / send_progress::looks_per_timeout); }

  void on_writable() override {
    blocked_ = false;
    flush();
    if (!blocked_ && !ending_) cancel();
  }

  void check_progress(timer_wheel::time_point now) {
    if (!blocked_) return;
    if (progress_.stalled(socket_->native_handle(), now) >= outbox_.limits().send_timeout)
      on_slow("send-timeout");
    else
      look_later();
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  void on_timer(timer_wheel::time_point now) override {
    if (!ending_) return check_progress(now);
    finish("transport close");
    close_socket();
  }

  // The listener need not wait for that.
  void finish_when_written(std::string_view reason, ending how) {
    flush();
    if (finished_ || outbox_.empty()) return finish(reason, how);
    ending_ = true;
    leaving_ = how;
    shard_.arm(*this, slow_close_timeout);
    tell_closed(reason);
  }

  void tell_closed(std::string_view reason) {
    const auto self = shared_from_this();  // the listener may drop the last other reference
    if (auto* told = std::exchange(told_, nullptr); told != nullptr) told->on_ws_closed(reason);
  }

  void finish(std::string_view reason, ending how = ending::at_once) {
    if (std::exchange(finished_, true)) return;
    const auto self = shared_from_this();
    ending_ = true;
    if (how == ending::lingering)
      linger();
    else
      close_socket();
    tell_closed(reason);
  }

  void close_socket() {
    cancel();
    socket_->close();
  }

  // Closing with unread bytes would reset the connection, and the peer might never read why it was closed: so the
  // writing side is closed, and what still comes is thrown away until the peer closes too or time is up.
  void linger() {
    shard_.arm(*this, shard_.close_timeout());
    socket_->shutdown_send();
    socket_->await_readable(shared_from_this());
  }

  void discard() {
    if (!socket_->is_open()) return;
    const auto got = socket_->receive(received_bytes);
    if (got > 0 || (got < 0 && errno == EAGAIN))
      socket_->await_readable(shared_from_this());
    else
      close_socket();
  }

  io_shard& shard_;
  listener* told_;
  std::unique_ptr<tcp_socket> socket_;
  outbox outbox_;
  websocket::frame_reader frames_;
  std::string kept_;        // received, and not looked at yet, as reading is paused
  send_progress progress_;  // while it is blocked
  const bool agreed_;
  const dialects::compression compression_;
  bool heard_ = true;
  bool reading_ = false;  // waits for bytes, or is at work on some
  bool paused_ = false;
  bool blocked_ = false;  // waiting for the socket to become writable
  bool tells_when_drained_ = false;
  bool ending_ = false;            // nothing more is sent or delivered
  bool finished_ = false;          // nothing is written any more
  std::optional<ending> leaving_;  // it finishes, in this way, once all is written
};

/// Hears only that it is open, and closes it. Keeps its transport and itself alive until then.
struct doorman final : ws_transport::listener, std::enable_shared_from_this<doorman> {
  void on_ws_open(dialects::compression) override { transport->close(code, reason); }
  void on_ws_message(std::string_view, bool) override {}
  void on_ws_closed(std::string_view) override {
    const auto self = std::exchange(kept, nullptr);
    transport = nullptr;
  }

  std::shared_ptr<ws_transport> transport;
  std::shared_ptr<doorman> kept;
  std::uint16_t code = 1000;
  std::string reason;
};

}  // namespace

void ws_transport::turn_away(io_shard& shard, upgrade_request from, std::uint16_t code, std::string_view reason) {
  const auto door = std::make_shared<doorman>();
  door->code = code;
  door->reason = reason;
  door->kept = door;
  door->transport = accept(shard, std::move(from), {}, *door);
  door->transport->open();
}

std::shared_ptr<ws_transport> ws_transport::accept(io_shard& shard, upgrade_request from, const ws_options& options,
                                                   listener& told) {
  auto how = answer_handshake(from.request, options.deflate);
  auto made = std::make_shared<ws_transport_impl>(shard, std::move(from), options, how, told);
  made->answer(std::move(how.answer));
  return made;
}

}  // namespace parley::net
