#include "net/plain_connection.hpp"

#include <utility>

#include "net/connection_log.hpp"

namespace parley::net {
namespace {

constexpr std::size_t echo_message_bytes = 16 * 1024 * 1024;

}  // namespace

ws_options echo_options(bool deflate) {
  constexpr std::size_t waiting = 4 * echo_message_bytes;
  return {.max_message_bytes = echo_message_bytes, .outbox = {.soft = waiting, .hard = waiting}, .deflate = deflate};
}

plain_connection::plain_connection(io_shard& shard, owner& by, client_info client,
                                   std::chrono::milliseconds ping_interval)
    : connection{dialects::framing::plain},
      shard_{shard},
      owner_{by},
      client_{std::move(client)},
      ping_interval_{ping_interval} {}

plain_connection::~plain_connection() {
  if (transport_) transport_->detach();
}

void plain_connection::open(http_session& asking, const ws_options& options) {
  transport_ = ws_transport::accept(shard_, asking.take_upgrade(), options, *this);
  transport_->open();
}

void plain_connection::on_ws_open(dialects::compression agreed) {
  const auto self = shared_from_this();
  set_framing(dialects::websocket_framing(agreed, true));
  if (ping_interval_ > ping_interval_.zero()) shard_.arm(*this, ping_interval_);
  app_->on_open();
}

void plain_connection::on_ws_message(std::string_view data, bool text) {
  const auto self = shared_from_this();
  app_->on_message(data, !text);
}

void plain_connection::on_ws_slow(const slow_client& how) { log_slow_client({client_, "plain", app_.get()}, how); }

void plain_connection::on_ws_closed(std::string_view reason) { end(reason); }

void plain_connection::end(std::string_view reason) {
  const auto self = shared_from_this();
  cancel();
  record_end({client_, "plain", app_.get()}, reason);
  app_->on_closed(reason);
  owner_.on_closed(*this);
}

void plain_connection::on_timer(timer_wheel::time_point) {
  if (draining_) return close(going_away);
  if (!transport_->take_heard()) {
    transport_->detach();
    transport_->close(silent_peer.code, silent_peer.text);
    return end("ping timeout");
  }
  transport_->ping();
  shard_.arm(*this, ping_interval_);
}

void plain_connection::send(dialects::frame_ptr what) { transport_->send(std::move(what)); }

void plain_connection::close(close_info why) { transport_->close(why.code, why.text); }

void plain_connection::drain() {
  const auto self = shared_from_this();
  draining_ = true;
  if (app_->settled()) return close(going_away);
  transport_->pause_reading();
  shard_.arm(*this, drain_patience);
}

void plain_connection::on_settled() {
  if (draining_) shard_.defer([self = shared_from_this()] { self->close(going_away); });
}

void plain_connection::abort() {
  const auto self = shared_from_this();
  transport_->abort();
}

}  // namespace parley::net
