#include "net/ws_transport.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "net/outbox_stream.hpp"

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

constexpr std::chrono::seconds close_timeout{2};
constexpr std::chrono::seconds handshake_timeout{10};
constexpr std::size_t idle_buffer_bytes = 4096;  // a larger read buffer is given back after its message
constexpr std::string_view extensions_field = "Sec-WebSocket-Extensions";

class ws_transport_impl final : public ws_transport,
                                public std::enable_shared_from_this<ws_transport_impl>,
                                private outbox_stream::owner,
                                private flushable,
                                private timer_wheel::timer {
 public:
  ws_transport_impl(io_shard& shard, upgrade_request from, const ws_options& options, listener& told)
      : shard_{shard},
        told_{&told},
        stream_{std::move(from.socket), options.outbox, static_cast<outbox_stream::owner&>(*this)} {
    stream_.read_message_max(options.max_message_bytes);
    stream_.auto_fragment(false);
    stream_.control_callback([this](websocket::frame_type, beast::string_view) { heard_ = true; });
    if (options.deflate) offer_deflate();
  }

  void start(http_request request) {
    stream_.set_option(websocket::stream_base::decorator(
        [this](websocket::response_type& answer) { deflated_ = agrees_to_deflate(answer); }));
    shard_.arm(*this, handshake_timeout);
    // Kept alive to the end of the handshake, as Beast reads the request until then.
    auto kept = std::make_shared<http_request>(std::move(request));
    stream_.async_accept(*kept,
                         [self = shared_from_this(), kept](beast::error_code failure) { self->on_accepted(failure); });
  }

  void send(dialects::frame_ptr what) override {
    if (ending_) return;
    const auto when = what->to() == dialects::spread::many ? pace::gathered : pace::this_turn;
    if (stream_.next_layer().queue().push(std::move(what)))
      shard_.mark(*this, when);
    else
      on_outbox_overflow();
  }

  void close(std::uint16_t code, std::string_view reason) override {
    if (ending_) return;
    ending_ = true;
    paused_ = false;
    shard_.arm(*this, close_timeout);
    stream_.async_close({static_cast<websocket::close_code>(code), {reason.data(), reason.size()}},
                        [self = shared_from_this()](beast::error_code) { self->finish("transport close"); });
  }

  void abort() override { finish("transport close"); }

  void pause_reading() override { paused_ = true; }

  void resume_reading() override {
    if (!std::exchange(paused_, false) || reading_ || finished_) return;
    read();
  }

  void detach() override { told_ = nullptr; }

  void ping() override {
    static const std::string empty_ping{"\x89\x00", 2};
    send(dialects::frame_ptr{new dialects::frame{empty_ping, dialects::urgency::required}});
  }

  bool take_heard() override { return std::exchange(heard_, false); }

  std::size_t queued_bytes() const override { return stream_.next_layer().queue().bytes(); }

 private:
  // Without context takeover: then every frame stands alone, and one compressed frame can be shared by all.
  void offer_deflate() {
    websocket::permessage_deflate pmd;
    pmd.server_enable = true;
    pmd.server_no_context_takeover = true;
    pmd.client_no_context_takeover = true;
    stream_.set_option(pmd);
  }

  // A client that wants a smaller window cannot share our frames; it gets uncompressed ones, which is always legal.
  static bool agrees_to_deflate(const websocket::response_type& answer) {
    const auto found = answer.find(beast::string_view{extensions_field.data(), extensions_field.size()});
    return found != answer.end() && found->value().find("server_max_window_bits") == beast::string_view::npos;
  }

  void on_accepted(beast::error_code failure) {
    if (finished_) return;
    cancel();
    if (failure) {
      flush();
      finish("transport error");
      return;
    }
    if (told_ != nullptr) told_->on_ws_open(deflated_);
    if (!ending_ && !paused_) read();
  }

  void read() {
    reading_ = true;
    stream_.async_read(buffer_,
                       [self = shared_from_this()](beast::error_code failure, std::size_t) { self->on_read(failure); });
  }

  void on_read(beast::error_code failure) {
    reading_ = false;
    if (finished_) return;
    if (failure) {
      on_read_failed(failure);
      return;
    }
    heard_ = true;
    const auto data = buffer_.cdata();
    if (told_ != nullptr && !ending_)
      told_->on_ws_message({static_cast<const char*>(data.data()), data.size()}, stream_.got_text());
    buffer_.consume(buffer_.size());
    if (buffer_.capacity() > idle_buffer_bytes) buffer_ = beast::flat_buffer{};
    if (!paused_ && !ending_ && !finished_) read();
  }

  // Beast has already answered a close frame, or sent one about what was wrong; it only has to leave.
  void on_read_failed(beast::error_code failure) {
    const bool closed =
        failure == websocket::error::closed || failure == asio::error::eof || failure == asio::error::connection_reset;
    if (ending_ && failure == websocket::error::closed) return;  // async_close is about to finish
    flush();
    if (closed)
      finish("transport close");
    else
      finish("transport error", ending::lingering);
  }

  void on_outbox_filled() override { shard_.mark(*this); }

  // Not at once: a fan-out is going on, and closing takes the session out of the lists it walks.
  void on_outbox_overflow() override {
    if (std::exchange(ending_, true)) return;
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->finish("slow consumer"); });
  }

  void flush() override {
    if (finished_ || blocked_) return;
    auto& layer = stream_.next_layer();
    switch (layer.queue().flush(layer.socket().native_handle())) {
      case outbox::flushed::all:
        break;
      case outbox::flushed::blocked:
        wait_until_writable();
        break;
      case outbox::flushed::failed:
        finish("transport error");
        break;
    }
  }

  void wait_until_writable() {
    blocked_ = true;
    stream_.next_layer().socket().async_wait(tcp_socket::wait_write, [self = shared_from_this()](beast::error_code) {
      self->blocked_ = false;
      self->flush();
    });
  }

  void on_timer(timer_wheel::time_point) override {
    finish("transport close");
    close_socket();
  }

  enum class ending { at_once, lingering };

  void finish(std::string_view reason, ending how = ending::at_once) {
    if (std::exchange(finished_, true)) return;
    const auto self = shared_from_this();  // the listener may drop the last other reference
    ending_ = true;
    if (how == ending::lingering)
      linger();
    else
      close_socket();
    if (auto* told = std::exchange(told_, nullptr); told != nullptr) told->on_ws_closed(reason);
  }

  void close_socket() {
    cancel();
    beast_close_socket(stream_.next_layer());
  }

  // Closing with unread bytes would reset the connection, and the peer might never read why it was closed: so the
  // writing side is closed, and what still comes is thrown away until the peer closes too or time is up.
  void linger() {
    shard_.arm(*this, close_timeout);
    beast::error_code ignored;
    stream_.next_layer().socket().shutdown(tcp_socket::shutdown_send, ignored);
    discard();
  }

  void discard() {
    stream_.next_layer().socket().async_read_some(asio::buffer(discarded),
                                                  [self = shared_from_this()](beast::error_code failure, std::size_t) {
                                                    if (failure)
                                                      self->close_socket();
                                                    else
                                                      self->discard();
                                                  });
  }

  // Shared by all connections of a thread: nobody reads what is in it.
  static inline thread_local std::array<char, 64 * 1024> discarded;

  io_shard& shard_;
  listener* told_;
  websocket::stream<outbox_stream> stream_;
  beast::flat_buffer buffer_;
  bool deflated_ = false;
  bool heard_ = true;
  bool reading_ = false;
  bool paused_ = false;
  bool blocked_ = false;   // waiting for the socket to become writable
  bool ending_ = false;    // nothing more is sent or delivered
  bool finished_ = false;  // the listener has been told
};

/// Hears only that it is open, and closes it. Keeps its transport and itself alive until then.
struct doorman final : ws_transport::listener, std::enable_shared_from_this<doorman> {
  void on_ws_open(bool) override { transport->close(code, reason); }
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
}

std::shared_ptr<ws_transport> ws_transport::accept(io_shard& shard, upgrade_request from, const ws_options& options,
                                                   listener& told) {
  auto request = std::move(from.request);
  auto made = std::make_shared<ws_transport_impl>(shard, std::move(from), options, told);
  made->start(std::move(request));
  return made;
}

}  // namespace parley::net
