// The WebSockets of an Engine.IO session: the one that carries it, and the one that would like to.

#include <utility>

#include "net/connection_log.hpp"
#include "net/engine_connection.hpp"

namespace parley::net {

using engineio::transport;

engine_connection::leg::~leg() {
  if (transport) transport->detach();
}

void engine_connection::leg::on_ws_open(dialects::compression agreed) {
  compression = agreed;
  if (probe) return;
  owner.choose_way();
  const auto self = owner.shared_from_this();
  owner.send(dialects::encode_packet(owner.framing(), owner.options_.open_packets.make(owner.sid_, false)));
  owner.app_->on_open();
}

void engine_connection::leg::on_ws_message(std::string_view data, bool text) {
  owner.on_leg_message(*this, data, text);
}

void engine_connection::leg::on_ws_slow(const slow_client& how) {
  if (probe) return;
  owner.slow_ = true;
  log_slow_client({owner.client_, to_string(transport::websocket), owner.app_.get()}, how);
}

void engine_connection::leg::on_ws_closed(std::string_view reason) { owner.on_leg_closed(*this, reason); }

std::unique_ptr<engine_connection::leg> engine_connection::make_leg(http_session& asking, bool probe) {
  auto made = std::make_unique<leg>(*this, probe);
  const ws_options options{options_.session.max_payload, options_.outbox, options_.deflate};
  made->transport = ws_transport::accept(shard_, asking.take_upgrade(), options, *made);
  return made;
}

void engine_connection::on_leg_message(leg& from, std::string_view data, bool text) {
  const auto self = shared_from_this();
  std::string scratch;
  const auto kind = text ? engineio::frame_kind::text : engineio::frame_kind::binary;
  const auto packet = engineio::decode_frame(data, kind, session_.protocol(), scratch);
  if (from.probe)
    apply(packet ? session_.on_probe_packet(shard_.now(), *packet) : session_.on_probe_failed(shard_.now()),
          {nullptr, packet ? &*packet : nullptr});
  else if (packet)
    on_packet(transport::websocket, *packet);
  else
    apply(session_.on_bad_packet(transport::websocket), {});
  rearm();
}

void engine_connection::on_leg_closed(leg& from, std::string_view reason) {
  const auto self = shared_from_this();
  const bool probe = from.probe;
  if (probe) {
    const auto gone = std::move(probe_);
    apply(session_.on_probe_failed(shard_.now()), {});
  } else {
    using engineio::close_reason;
    const bool failed = reason == to_string(close_reason::transport_error);
    apply(session_.on_websocket_closed(failed ? close_reason::transport_error : close_reason::transport_close), {});
  }
  rearm();
}

}  // namespace parley::net
