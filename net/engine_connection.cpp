#include "net/engine_connection.hpp"

#include <algorithm>
#include <utility>

#include "net/http_reply.hpp"
#include "net/metrics.hpp"
#include "protocol/engineio/payload.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;
using engineio::action_kind;
using engineio::packet_type;
using engineio::transport;

/// A polling client's time to close by itself when the server stops.
constexpr std::chrono::milliseconds goodbye_time{500};

constexpr std::string_view payload_type = "text/plain; charset=UTF-8";
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

void engine_connection::open_by_poll(std::shared_ptr<http_session> asking) {
  send(dialects::encode_packet(framing(), options_.open_packets.make(sid_, options_.websocket)));
  park(std::move(asking));
  app_->on_open();
}

void engine_connection::open_by_websocket(std::shared_ptr<http_session> asking) {
  websocket_ = make_leg(*asking, false);
  websocket_->transport->open();
}

void engine_connection::dismiss() {
  const auto self = shared_from_this();
  app_->say_goodbye();
  if (websocket_) {
    close(going_away);
    return;
  }
  // A polling client would see the connection's end, in the same payload, before the goodbye; most close by themselves.
  farewell_ = going_away;
  close_at_ = shard_.now() + goodbye_time;
  rearm();
}

void engine_connection::abort() {
  const auto self = shared_from_this();
  apply(session_.close_now(engineio::close_reason::server_close), {});
}

void engine_connection::end(std::string_view reason) {
  cancel();
  if (polling_ && polling_->posting) finish_post_soon();
  // The application may be the one that closed it, and still be at work: it lives as long as this connection.
  app_->on_closed(reason);
  owner_.on_closed(*this);
}

// -- HTTP ------------------------------------------------------------------------------------------------------------

void engine_connection::on_poll(std::shared_ptr<http_session> asking) {
  apply(session_.on_poll(shard_.now()), {std::move(asking)});
  rearm();
}

void engine_connection::park(std::shared_ptr<http_session> asking) {
  polling_->parked = std::move(asking);
  polling_->parked->watch_for_abort([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || !self->polling_) return;
    self->polling_->parked = nullptr;
    self->apply(self->session_.on_poll_aborted(), {});
  });
  if (!polling_->queue.empty()) shard_.mark(*this);
}

void engine_connection::reply_payload(http_session& to, std::string payload) {
  auto answer = text_reply(200, std::move(payload), payload_type);
  compress(answer, to.header(http::field::accept_encoding), options_.compression_threshold);
  owner_.reply(to, std::move(answer));
}

void engine_connection::answer_poll(const at_hand& what, packet_type packet) {
  auto to = std::exchange(polling_->parked, nullptr);
  if (!to) to = what.request;
  if (!to) return;
  // What is queued goes first: it was said before this packet.
  const bool closing = packet == packet_type::close;
  std::string payload = closing ? take_queue() : std::string{};
  engineio::append_to_payload(payload, {packet}, session_.protocol());
  reply_payload(*to, std::move(payload));
}

std::string engine_connection::take_queue() {
  std::string payload;
  payload.reserve(polling_->queued_bytes + polling_->queue.size());
  for (const auto& frame : polling_->queue) {
    if (!payload.empty() && session_.protocol() == engineio::version::v4) payload += engineio::payload_separator;
    payload += frame->bytes();
  }
  polling_->queue.clear();
  polling_->queue.shrink_to_fit();
  polling_->queued_bytes = 0;
  return payload;
}

void engine_connection::on_post(std::shared_ptr<http_session> asking) {
  apply(session_.on_post(), {std::move(asking)});
  rearm();
}

// The body is there already: hand its packets over, as far as the application takes them now.
void engine_connection::read_post() {
  const auto& body = polling_->posting->request().body();
  const bool octets = polling_->posting->header(http::field::content_type) == "application/octet-stream";
  const engineio::payload_limits limits{.max_bytes = options_.session.max_payload,
                                        .max_packets = options_.payload_packets};
  auto packets = octets && session_.protocol() == engineio::version::v3
                     ? engineio::decode_binary_payload_v3(body, limits)
                     : engineio::decode_payload(body, session_.protocol(), limits);
  if (!packets || (octets && session_.protocol() == engineio::version::v4)) {
    apply(session_.on_bad_packet(transport::polling), {});
  } else {
    polling_->received = std::move(*packets);
    polling_->next = 0;
    polling_->settle_by = shard_.now() + options_.post_timeout;
  }
  finish_post();
}

void engine_connection::finish_post() {
  if (!polling_) return;
  while (!paused_ && polling_ && !session_.closed() && polling_->next < polling_->received.size()) {
    const auto packet = std::move(polling_->received[polling_->next++]);
    on_packet(transport::polling, packet.view());
  }
  if (!polling_ || !polling_->posting || !post_is_done()) return;
  std::vector<engineio::packet>{}.swap(polling_->received);  // `= {}` would keep the memory
  polling_->settle_by = timer_wheel::time_point::max();
  apply(session_.on_post_done(), {std::exchange(polling_->posting, nullptr)});
}

bool engine_connection::post_is_done() const {
  if (session_.closed()) return true;
  if (polling_->next < polling_->received.size()) return false;
  return app_->settled() || shard_.now() >= polling_->settle_by;
}

// Not within the call: what settled the application may still be at work on this connection.
void engine_connection::finish_post_soon() {
  shard_.defer([self = shared_from_this()] { self->finish_post(); });
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
  if (paused_) websocket_->transport->pause_reading();
  choose_way();
  const auto waiting = std::move(polling_->queue);
  auto& posting = polling_->posting;
  if (posting) owner_.reply(*std::exchange(posting, nullptr), bad_request());
  polling_ = nullptr;
  for (const auto& frame : waiting) {
    // Our own words: longer than a client's may be, perhaps, but never wrong.
    const auto length = frame->bytes().size();
    const auto packets = engineio::decode_payload(frame->bytes(), session_.protocol(), {length, length});
    for (const auto& packet : *packets) queue_packet(packet.view());
  }
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
        gone->transport->close(farewell_.code, farewell_.text);
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
      return app_->on_message(what.packet->data, what.packet->binary);
    default:
      return end(overflown_ ? "slow consumer" : to_string(next.reason));
  }
}

// -- connection ------------------------------------------------------------------------------------------------------

dialects::framing engine_connection::framing_of(const leg& over) const {
  if (session_.protocol() == engineio::version::v3) return dialects::framing::websocket_v3;
  return over.deflated ? dialects::framing::websocket_deflated : dialects::framing::websocket;
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
  if (!polling_ || overflown_) return;
  const auto size = what->bytes().size();
  if (what->how() == dialects::urgency::droppable && polling_->queued_bytes + size > options_.outbox.soft) return;
  if (polling_->queued_bytes > 0 && polling_->queued_bytes + size > options_.outbox.hard) {
    overflown_ = true;
    shard_.defer([self = shared_from_this()] {
      self->apply(self->session_.close_now(engineio::close_reason::transport_error), {});
    });
    return;
  }
  const auto when = what->to() == dialects::spread::many ? pace::gathered : pace::this_turn;
  polling_->queued_bytes += size;
  polling_->queue.push_back(std::move(what));
  if (polling_->parked) shard_.mark(*this, when);
}

void engine_connection::flush() {
  if (!polling_ || !polling_->parked || polling_->queue.empty()) return;
  session_.on_poll_answered();
  const auto to = std::exchange(polling_->parked, nullptr);
  reply_payload(*to, take_queue());
}

void engine_connection::close(farewell why) {
  const auto self = shared_from_this();
  farewell_ = why;
  apply(session_.close(shard_.now()), {});
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
  if (websocket_) websocket_->transport->resume_reading();
  if (polling_ && polling_->posting) finish_post_soon();
}

void engine_connection::on_settled() {
  if (polling_ && polling_->posting) finish_post_soon();
}

// -- time ------------------------------------------------------------------------------------------------------------

void engine_connection::rearm() {
  auto due = session_.next_deadline();
  if (polling_) due = std::min(due, polling_->settle_by);
  if (!session_.closed()) due = std::min(due, close_at_);
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
  if (now >= close_at_) {
    close_at_ = timer_wheel::time_point::max();
    close(farewell_);
  }
  if (polling_ && now >= polling_->settle_by) finish_post();
  rearm();
}

}  // namespace parley::net
