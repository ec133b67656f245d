// A WebSocket without Engine.IO: one transport, one application. Silent peers are found by WebSocket pings.
// On the shard's thread only.
#pragma once

#include <chrono>
#include <memory>

#include "net/connection.hpp"
#include "net/http_session.hpp"
#include "net/runtime/io_shard.hpp"
#include "net/ws_transport.hpp"

namespace parley::net {

/// For the echo of conformance mode: the RFC 6455 suites send messages of 16 MiB.
ws_options echo_options(bool deflate);

class plain_connection final : public connection,
                               public std::enable_shared_from_this<plain_connection>,
                               private ws_transport::listener,
                               private timer_wheel::timer {
 public:
  class owner {
   public:
    virtual void on_closed(plain_connection& gone) = 0;

   protected:
    ~owner() = default;
  };

  /// `ping_interval`: how often a silent peer is asked whether it is there; unheard for two of them, it is gone. Zero:
  /// it may be silent for as long as it likes.
  plain_connection(io_shard& shard, owner& by, client_info client, std::chrono::milliseconds ping_interval);
  ~plain_connection() override;

  void set_application(std::unique_ptr<application> app) { app_ = std::move(app); }
  void open(http_session& asking, const ws_options& options);
  void abort();

  void send(dialects::frame_ptr what) override;
  void close(close_info why) override;
  void pause() override { transport_->pause_reading(); }
  void resume() override {
    if (!draining_) transport_->resume_reading();
  }
  void drain() override;
  void on_settled() override;
  bool congested() override { return transport_->congested(); }
  const client_info& client() const override { return client_; }

 private:
  void on_ws_open(dialects::compression agreed) override;
  void on_ws_message(std::string_view data, bool text) override;
  void on_ws_drained() override { app_->on_drained(); }
  void on_ws_slow(const slow_client& how) override;
  void on_ws_closed(std::string_view reason) override;
  void on_timer(timer_wheel::time_point now) override;

  void end(std::string_view reason);

  io_shard& shard_;
  owner& owner_;
  client_info client_;
  std::chrono::milliseconds ping_interval_;
  std::unique_ptr<application> app_;
  std::shared_ptr<ws_transport> transport_;
  bool draining_ = false;
};

}  // namespace parley::net
