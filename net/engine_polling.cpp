// Long-polling of an Engine.IO session: its GETs and POSTs, and what waits for the next GET.

#include <algorithm>
#include <utility>

#include "net/connection_log.hpp"
#include "net/engine_connection.hpp"
#include "net/http_reply.hpp"
#include "protocol/engineio/payload.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;
using engineio::packet_type;
using engineio::transport;

constexpr std::size_t ping_bytes = 1;
constexpr std::string_view payload_type = "text/plain; charset=UTF-8";
constexpr std::string_view binary_payload_type = "application/octet-stream";

}  // namespace

// -- GET -------------------------------------------------------------------------------------------------------------

// Nothing else comes with the open packet: 2.x clients expect it alone, but are let in at once.
void engine_connection::open_by_poll(std::shared_ptr<http_session> asking, bool base64_only) {
  polling_->takes_binary = session_.protocol() == engineio::version::v3 && !base64_only;
  send(dialects::encode_packet(framing(), options_.open_packets.make(sid_, options_.websocket)));
  park(std::move(asking));
  flush();
  app_->on_open();
}

void engine_connection::on_poll(std::shared_ptr<http_session> asking) {
  if (polling_) polling_->waits_since = shard_.now();
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

void engine_connection::reply_payload(std::shared_ptr<http_session> to, std::string payload) {
  auto binary = polling_->takes_binary ? engineio::to_binary_payload_v3(payload) : std::nullopt;
  const auto type = binary ? binary_payload_type : payload_type;
  auto answer = text_reply(200, binary ? std::move(*binary) : std::move(payload), type);
  compress(answer, to->header(http::field::accept_encoding), options_.compression_threshold);
  owner_.reply(*to, std::move(answer));
  polling_->answered = to;
}

void engine_connection::flush() {
  if (!polling_ || !polling_->parked || polling_->queue.empty()) return;
  session_.on_poll_answered();
  reply_payload(std::exchange(polling_->parked, nullptr), take_queue());
  if (std::exchange(polling_->tells_when_drained, false)) app_->on_drained();
}

void engine_connection::answer_poll(const at_hand& what, packet_type packet) {
  auto to = std::exchange(polling_->parked, nullptr);
  if (!to) to = what.request;
  if (!to) return;
  // What is queued goes first: it was said before this packet.
  const bool closing = packet == packet_type::close;
  std::string payload = closing ? take_queue() : std::string{};
  engineio::append_to_payload(payload, {packet}, session_.protocol());
  reply_payload(std::move(to), std::move(payload));
}

void engine_connection::release_poll() {
  auto to = std::exchange(polling_->parked, nullptr);
  if (!to) return;
  if (!polling_->queue.empty()) return reply_payload(std::move(to), take_queue());
  const auto& gone = engineio::info(engineio::refusal::session_unknown);
  owner_.reply(*to, json_reply(gone.status, std::string{gone.body}));
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

// -- what waits for a GET --------------------------------------------------------------------------------------------

void engine_connection::queue_for_poll(dialects::frame_ptr what) {
  const auto size = what->bytes().size();
  const auto& limits = options_.outbox;
  if (what->how() == dialects::urgency::droppable && polling_->queued_bytes + size > limits.soft) return;
  if (polling_->queued_bytes + size > limits.hard) flush();
  if (polling_->queued_bytes + size > limits.hard) drop_droppable();
  if (polling_->queued_bytes > 0 && polling_->queued_bytes + size > limits.hard)
    return close_slow_poller("outbox-bytes");
  const bool first = polling_->queue.empty();
  const auto when = what->to() == dialects::spread::many ? pace::gathered : pace::this_turn;
  polling_->queued_bytes += size;
  polling_->queue.push_back(std::move(what));
  if (polling_->parked) return shard_.mark(*this, when);
  if (!first) return;
  polling_->waits_since = shard_.now();
  rearm();
}

void engine_connection::drop_droppable() {
  std::erase_if(polling_->queue, [this](const auto& waiting) {
    const bool drop = waiting->how() == dialects::urgency::droppable;
    if (drop) polling_->queued_bytes -= waiting->bytes().size();
    return drop;
  });
}

// Whoever still reads its last answer, or is about to go on by a WebSocket, cannot ask for more.
void engine_connection::check_poller(timer_wheel::time_point now) {
  if (!polling_ || polling_->parked || polling_->queue.empty() || session_.closed() || slow_) return;
  if (now < polling_->waits_since + options_.outbox.send_timeout) return;
  const auto answered = polling_->answered.lock();
  // Where only a ping waits, the heartbeat decides.
  if (polling_->queued_bytes <= ping_bytes || probe_ || (answered && answered->is_writing()))
    polling_->waits_since = now;
  else
    close_slow_poller("send-timeout");
}

// Not within the call: a fan-out may be going on.
void engine_connection::close_slow_poller(std::string_view limit) {
  slow_ = true;
  const auto stalled = std::chrono::duration_cast<std::chrono::milliseconds>(shard_.now() - polling_->waits_since);
  const bool waits = !polling_->parked && !polling_->queue.empty();
  log_slow_client({client_, to_string(transport::polling), app_.get()},
                  {limit, polling_->queued_bytes, waits ? stalled : std::chrono::milliseconds{0}});
  shard_.defer([self = shared_from_this()] {
    self->apply(self->session_.close_now(engineio::close_reason::transport_error), {});
  });
}

// -- POST ------------------------------------------------------------------------------------------------------------

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
  if (draining()) close_when_idle_soon();
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

}  // namespace parley::net
