#include "net/engine_connection.hpp"

#include <algorithm>
#include <utility>

#include "net/connection_log.hpp"
#include "net/http_reply.hpp"
#include "protocol/engineio/payload.hpp"

namespace parley::net {
namespace {

using engineio::action_kind;
using engineio::transport;

constexpr std::string_view post_type = "text/html";

http_response bad_request() {
  const auto& why = engineio::info(engineio::refusal::bad_request);
  return json_reply(why.status, std::string{why.body});
}

dialects::framing polling_framing(engineio::version protocol) {
  return protocol == engineio::version::v3 ? dialects::framing::polling_v3 : dialects::framing::polling;
}

}  // namespace

// -- life ------------------------------------------------------------------------------------------------------------

engine_connection::engine_connection(io_shard& shard, owner& by, const engine_options& options, std::string sid,
                                     engineio::version protocol, transport first, client_info client)
    : connection{polling_framing(protocol)},
      shard_{shard},
      owner_{by},
      options_{options},
      sid_{std::move(sid)},
      client_{std::move(client)},
      session_{options.session, protocol, first, shard.now()},
      polling_{first == transport::polling ? std::make_unique<polling>() : nullptr} {
  rearm();
}

void engine_connection::open_by_websocket(std::shared_ptr<http_session> asking) {
  websocket_ = make_leg(*asking, false);
  websocket_->transport->open();
}

// A client that was told the outcome of what it asked need not ask again elsewhere.
void engine_connection::drain() {
  drain_by_ = shard_.now() + drain_patience;
  if (websocket_) websocket_->transport->pause_reading();
  close_when_idle();
  rearm();
}

void engine_connection::close_when_idle() {
  if (!draining() || session_.upgrading()) return;
  const bool idle = app_->settled() && !(polling_ && polling_->posting);
  if (idle || closing_) close_drained();
}

void engine_connection::close_drained() { close(closing_ ? close_info_ : going_away); }

void engine_connection::close_when_idle_soon() {
  shard_.defer([self = shared_from_this()] { self->close_when_idle(); });
}

void engine_connection::abort() {
  const auto self = shared_from_this();
  apply(session_.close_now(engineio::close_reason::server_close), {});
}

void engine_connection::end(std::string_view reason) {
  cancel();
  if (polling_ && polling_->posting) finish_post_soon();
  record_end({client_, to_string(session_.current_transport()), app_.get()}, reason);
  // The application may be the one that closed it, and still be at work: it lives as long as this connection.
  app_->on_closed(reason);
  owner_.on_closed(*this);
}

// -- upgrade ---------------------------------------------------------------------------------------------------------

void engine_connection::on_upgrade(std::shared_ptr<http_session> asking) {
  apply(session_.on_upgrade_request(shard_.now()), {std::move(asking)});
  rearm();
}

// What waited for a GET leaves by the WebSocket: the same packets in other bytes.
void engine_connection::adopt_probe() {
  websocket_ = std::move(probe_);
  websocket_->probe = false;
  if (paused_ || draining()) websocket_->transport->pause_reading();
  if (draining()) close_when_idle_soon();
  choose_way();
  const auto waiting = std::move(polling_->queue);
  const bool was_congested = polling_->tells_when_drained;
  auto& posting = polling_->posting;
  if (posting) owner_.reply(*std::exchange(posting, nullptr), bad_request());
  polling_ = nullptr;
  for (const auto& frame : waiting) {
    // Our own words: longer than a client's may be, perhaps, but never wrong.
    const auto length = frame->bytes().size();
    const auto packets = engineio::decode_payload(frame->bytes(), session_.protocol(), {length, length});
    for (const auto& packet : *packets) queue_packet(packet.view());
  }
  if (was_congested) app_->on_drained();
}

// -- packets ---------------------------------------------------------------------------------------------------------

void engine_connection::on_packet(transport from, const engineio::packet_view& packet) {
  apply(session_.on_packet(shard_.now(), from, packet), {nullptr, &packet});
}

// -- what the state machine wants ------------------------------------------------------------------------------------

void engine_connection::apply(const engineio::actions& list, const at_hand& what) {
  for (const auto& next : list) apply(next, what);
}

// Three groups, as they concern the request at hand, the WebSocket, or what is said.
void engine_connection::apply(const engineio::action& next, const at_hand& what) {
  if (next.kind <= action_kind::answer_post)
    apply_to_request(next, what);
  else if (next.kind <= action_kind::close_websocket)
    apply_to_websocket(next, what);
  else
    apply_to_session(next, what);
}

void engine_connection::apply_to_request(const engineio::action& next, const at_hand& what) {
  switch (next.kind) {
    case action_kind::park_poll:
      return park(what.request);
    case action_kind::answer_poll:
      return answer_poll(what, next.packet);
    case action_kind::release_poll:
      return release_poll();
    case action_kind::refuse_request:
      return owner_.reply(*what.request, bad_request());
    case action_kind::read_post:
      polling_->posting = what.request;
      return read_post();
    default:
      return owner_.reply(*what.request, text_reply(200, "ok", post_type));
  }
}

void engine_connection::apply_to_websocket(const engineio::action& next, const at_hand& what) {
  switch (next.kind) {
    case action_kind::accept_probe:
      probe_ = make_leg(*what.request, true);
      probe_->transport->open();
      break;
    case action_kind::refuse_probe:
      ws_transport::turn_away(shard_, what.request->take_upgrade(), normal_closure.code, {});
      break;
    case action_kind::answer_probe:
      probe_->transport->send(dialects::encode_packet(framing_of(*probe_), "3probe"));
      break;
    case action_kind::adopt_probe:
      adopt_probe();
      break;
    case action_kind::close_probe:
      if (const auto gone = std::move(probe_)) gone->transport->close(normal_closure.code, {});
      break;
    default:
      if (const auto gone = std::move(websocket_)) {
        choose_way();
        gone->transport->close(close_info_.code, close_info_.text);
      }
      break;
  }
}

void engine_connection::apply_to_session(const engineio::action& next, const at_hand& what) {
  switch (next.kind) {
    case action_kind::queue_packet:
      return queue_packet({next.packet});
    case action_kind::flush:
      return flush();
    case action_kind::deliver:
      if (!closing_) app_->on_message(what.packet->data, what.packet->binary);
      return;
    default:
      return end(slow_ ? "slow consumer" : to_string(next.reason));
  }
}

// -- connection ------------------------------------------------------------------------------------------------------

dialects::framing engine_connection::framing_of(const leg& over) const {
  if (session_.protocol() == engineio::version::v3) return dialects::framing::websocket_v3;
  return dialects::websocket_framing(over.compression, false);
}

void engine_connection::choose_way() {
  out_ = websocket_ ? websocket_->transport.get() : nullptr;
  set_framing(websocket_ ? framing_of(*websocket_) : polling_framing(session_.protocol()));
}

void engine_connection::queue_packet(engineio::packet_view packet) {
  std::string text{engineio::digit(packet.type)};
  text += packet.data;
  if (packet.binary)
    send(dialects::encode_message(framing(), packet.data, true));
  else
    send(dialects::encode_packet(framing(), text));
}

void engine_connection::send(dialects::frame_ptr what) {
  if (out_ != nullptr) return out_->send(std::move(what));
  if (polling_ && !slow_) queue_for_poll(std::move(what));
}

bool engine_connection::congested() {
  if (out_ != nullptr) return out_->congested();
  // While it upgrades nothing can be fetched, and most of what a POST caused is to be there when it is answered.
  if (!polling_ || probe_ || polling_->queued_bytes <= options_.outbox.hard / 2) return false;
  if (polling_->parked) {
    flush();
    return false;
  }
  polling_->tells_when_drained = true;
  return true;
}

// A client in the middle of an upgrade has stopped polling, and would not notice the end of its session before its next
// heartbeat fails. So the upgrade is waited for; nothing that the client says meanwhile counts.
void engine_connection::close(close_info why) {
  const auto self = shared_from_this();
  close_info_ = why;
  if (session_.upgrading() && !std::exchange(closing_, true)) {
    drain_by_ = std::min(drain_by_, shard_.now() + drain_patience);
    return rearm();
  }
  // Where nothing waits to be fetched, nobody is waited for: its next GET finds no session, and it comes back.
  if (why.returns && polling_ && !polling_->parked && polling_->queue.empty())
    apply(session_.close_now(engineio::close_reason::server_close), {});
  else
    apply(session_.close(shard_.now(), why.returns ? engineio::close_notice::omitted : engineio::close_notice::sent),
          {});
  rearm();
}

void engine_connection::pause() {
  paused_ = true;
  session_.pause();
  if (websocket_) websocket_->transport->pause_reading();
}

void engine_connection::resume() {
  paused_ = false;
  session_.resume(shard_.now());
  if (websocket_ && !draining()) websocket_->transport->resume_reading();
  if (polling_ && polling_->posting) finish_post_soon();
}

void engine_connection::on_settled() {
  if (polling_ && polling_->posting) finish_post_soon();
  if (draining()) close_when_idle_soon();
}

// -- time ------------------------------------------------------------------------------------------------------------

void engine_connection::rearm() {
  auto due = session_.next_deadline();
  if (polling_) due = std::min(due, polling_->settle_by);
  if (polling_ && !polling_->queue.empty() && !polling_->parked && !session_.closed())
    due = std::min(due, polling_->waits_since + options_.outbox.send_timeout);
  if (!session_.closed()) due = std::min(due, drain_by_);
  if (due == armed_for_) return;
  armed_for_ = due;
  if (due == timer_wheel::time_point::max())
    cancel();
  else
    shard_.arm(*this, due - shard_.now());
}

void engine_connection::on_timer(timer_wheel::time_point now) {
  const auto self = shared_from_this();
  armed_for_ = timer_wheel::time_point::max();
  apply(session_.on_tick(now), {});
  if (now >= drain_by_) {
    drain_by_ = timer_wheel::time_point::max();
    close_drained();
  }
  if (polling_ && now >= polling_->settle_by) finish_post();
  check_poller(now);
  rearm();
}

}  // namespace parley::net
