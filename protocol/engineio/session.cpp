#include "protocol/engineio/session.hpp"

#include <algorithm>
#include <string_view>

namespace parley::engineio {
namespace {

constexpr std::string_view probe = "probe";
constexpr std::chrono::milliseconds timer_slack{10};
constexpr std::array<std::string_view, 6> reasons{
    "", "transport close", "transport error", "parse error", "ping timeout", "forced server close"};

bool is_violation(close_reason reason) {
  return reason == close_reason::transport_error || reason == close_reason::parse_error;
}

}  // namespace

std::string_view to_string(close_reason reason) noexcept { return reasons[static_cast<std::size_t>(reason)]; }

session::session(const options& settings, version protocol, transport first, time_point now)
    : settings_{&settings}, protocol_{protocol}, transport_{first}, poll_parked_{first == transport::polling} {
  restart_heartbeat(now);
}

// --- HTTP requests ---

actions session::on_poll(time_point now) {
  actions out;
  if (closed() || transport_ != transport::polling) {
    out.push({action_kind::refuse_request});
  } else if (timed_out(now)) {
    // The timer may be a moment late; a client that is too late stays so.
    out.push({action_kind::refuse_request});
    end(out, close_reason::ping_timeout);
  } else if (poll_parked_) {
    out.push({action_kind::refuse_request});
    end(out, close_reason::transport_error);
  } else if (phase_ == phase::upgrading) {
    out.push({action_kind::answer_poll, packet_type::noop});
  } else {
    poll_parked_ = true;
    out.push({action_kind::park_poll});
    if (phase_ == phase::closing) {
      release(out);
      mark_closed(out, close_reason::server_close);
    }
  }
  return out;
}

actions session::on_poll_aborted() {
  actions out;
  if (!poll_parked_) return out;
  poll_parked_ = false;
  end(out, close_reason::transport_close);
  return out;
}

actions session::on_post() {
  actions out;
  if (closed() || transport_ != transport::polling) {
    out.push({action_kind::refuse_request});
  } else if (post_active_) {
    out.push({action_kind::refuse_request});
    end(out, close_reason::transport_error);
  } else {
    post_active_ = true;
    out.push({action_kind::read_post});
  }
  return out;
}

actions session::on_post_done() {
  actions out;
  post_active_ = false;
  // After `5` the body's packets were ignored, so it must not be called `ok`.
  const bool taken = transport_ == transport::polling && !is_violation(reason_);
  out.push({taken ? action_kind::answer_post : action_kind::refuse_request});
  return out;
}

actions session::on_post_aborted() {
  actions out;
  post_active_ = false;
  if (transport_ == transport::polling) end(out, close_reason::transport_close);
  return out;
}

// --- the second transport ---

actions session::on_upgrade_request(time_point now) {
  actions out;
  if (phase_ != phase::open || transport_ != transport::polling) {
    out.push({action_kind::refuse_probe});
    return out;
  }
  phase_ = phase::probing;
  limit_at_ = now + settings_->upgrade_timeout;
  out.push({action_kind::accept_probe});
  return out;
}

actions session::on_probe_packet(time_point now, const packet_view& packet) {
  actions out;
  if (!has_probe()) return out;
  if (packet.type == packet_type::ping && packet.data == probe && !packet.binary)
    begin_upgrade(out, now);
  else if (packet.type == packet_type::upgrade && phase_ == phase::upgrading)
    finish_upgrade(out, now);
  else
    drop_probe(out, now);
  return out;
}

actions session::on_probe_failed(time_point now) {
  actions out;
  if (has_probe()) drop_probe(out, now);
  return out;
}

void session::begin_upgrade(actions& out, time_point now) {
  if (phase_ == phase::probing) paused_at_ = now;
  phase_ = phase::upgrading;
  out.push({action_kind::answer_probe});
  if (!poll_parked_) return;
  poll_parked_ = false;
  out.push({action_kind::answer_poll, packet_type::noop});
}

void session::finish_upgrade(actions& out, time_point now) {
  phase_ = phase::open;
  transport_ = transport::websocket;
  resume_heartbeat(now);
  out.push({action_kind::adopt_probe});
  out.push({.kind = action_kind::flush, .to = outlet::websocket});
}

void session::drop_probe(actions& out, time_point now) {
  if (phase_ == phase::upgrading) resume_heartbeat(now);
  phase_ = phase::open;
  out.push({action_kind::close_probe});
}

// --- packets ---

actions session::on_packet(time_point now, transport from, const packet_view& packet) {
  actions out;
  if (ended() || from != transport_) return out;
  switch (packet.type) {
    case packet_type::message:
      out.push({action_kind::deliver});
      break;
    case packet_type::ping:
      on_ping(out, now);
      break;
    case packet_type::pong:
      on_pong(out, now);
      break;
    case packet_type::close:
      end(out, close_reason::transport_close, packet_type::noop);
      break;
    case packet_type::open:
    case packet_type::upgrade:
    case packet_type::noop:
      break;
  }
  return out;
}

actions session::on_bad_packet(transport from) {
  actions out;
  if (!ended() && from == transport_) end(out, close_reason::parse_error);
  return out;
}

actions session::on_websocket_closed(close_reason reason) {
  actions out;
  if (transport_ == transport::websocket && !closed()) mark_closed(out, reason);
  return out;
}

/// Only v3 clients ping.
void session::on_ping(actions& out, time_point now) {
  if (protocol_ == version::v4) return end(out, close_reason::transport_error);
  restart_heartbeat(now);
  out.push({action_kind::queue_packet, packet_type::pong});
}

void session::on_pong(actions& out, time_point now) {
  if (protocol_ == version::v3) return end(out, close_reason::transport_error);
  // A pong that answers nothing must not put off the next ping.
  if (awaiting_pong_) restart_heartbeat(now);
}

// --- time ---

void session::restart_heartbeat(time_point now) noexcept {
  awaiting_pong_ = false;
  paused_at_ = now;
  heartbeat_at_ = now + settings_->ping_interval;
  if (protocol_ == version::v3) heartbeat_at_ += settings_->ping_timeout;
}

void session::resume_heartbeat(time_point now) noexcept { heartbeat_at_ += now - paused_at_; }

actions session::on_tick(time_point now) {
  actions out;
  if (phase_ == phase::closing && now >= limit_at_) mark_closed(out, close_reason::server_close);
  if (has_probe() && now >= limit_at_) drop_probe(out, now);
  if (timed_out(now))
    end(out, close_reason::ping_timeout);
  else if (beating() && now >= heartbeat_at_)
    beat(out, now);
  return out;
}

bool session::beating() const noexcept { return phase_ == phase::open || phase_ == phase::probing; }

bool session::timed_out(time_point now) const noexcept {
  return beating() && !unread_ && now >= heartbeat_at_ && (protocol_ == version::v3 || awaiting_pong_);
}

void session::resume(time_point now) noexcept {
  unread_ = false;
  if (awaiting_pong_ || protocol_ == version::v3)
    heartbeat_at_ = std::max(heartbeat_at_, now + settings_->ping_timeout);
}

void session::beat(actions& out, time_point now) {
  if (protocol_ == version::v3) {
    heartbeat_at_ = now + settings_->ping_timeout;  // its pings lie unread
    return;
  }
  awaiting_pong_ = true;
  // Counted from when the ping was due, unless we ourselves were too late for that to be fair.
  const auto asked_at = now - heartbeat_at_ <= timer_slack ? heartbeat_at_ : now;
  heartbeat_at_ = asked_at + settings_->ping_timeout;
  out.push({action_kind::queue_packet, packet_type::ping});
}

time_point session::next_deadline() const noexcept {
  switch (phase_) {
    case phase::open:
      return heartbeat_at_;
    case phase::probing:
      return std::min(heartbeat_at_, limit_at_);
    case phase::upgrading:
    case phase::closing:
      return limit_at_;
    case phase::closed:
      break;
  }
  return time_point::max();
}

// --- the end ---

actions session::close(time_point now, close_notice how) {
  actions out;
  if (ended()) return out;
  notice_ = how;
  if (has_probe()) drop_probe(out, now);
  const outlet to = target();
  if (transport_ == transport::polling && how == close_notice::sent)
    out.push({action_kind::queue_packet, packet_type::close});
  if (to == outlet::nowhere) {
    phase_ = phase::closing;
    limit_at_ = now + (how == close_notice::omitted ? settings_->fetch_timeout : settings_->close_timeout);
    return out;
  }
  if (to == outlet::parked_poll) release(out);
  if (to == outlet::websocket) {
    out.push({.kind = action_kind::flush, .to = to});
    out.push({action_kind::close_websocket});
  }
  mark_closed(out, close_reason::server_close);
  return out;
}

actions session::close_now(close_reason reason) {
  actions out;
  end(out, reason);
  return out;
}

/// The parked GET of a session that the server ends in good order.
void session::release(actions& out) const {
  if (notice_ == close_notice::sent)
    out.push({.kind = action_kind::flush, .to = outlet::parked_poll});
  else
    out.push({action_kind::release_poll});
}

/// `last` answers a parked GET: `1` says that the server ends it, `6` releases a client that ended it itself. Who broke
/// no rule comes back.
void session::end(actions& out, close_reason reason, packet_type last) {
  if (closed()) return;
  const bool blameless = reason == close_reason::server_close || reason == close_reason::ping_timeout;
  if (poll_parked_ && blameless)
    out.push({action_kind::release_poll});
  else if (poll_parked_)
    out.push({action_kind::answer_poll, last});
  if (has_probe()) out.push({action_kind::close_probe});
  if (transport_ == transport::websocket) out.push({action_kind::close_websocket});
  mark_closed(out, reason);
}

void session::mark_closed(actions& out, close_reason reason) {
  poll_parked_ = false;
  phase_ = phase::closed;
  reason_ = reason;
  out.push({.kind = action_kind::closed, .reason = reason});
}

outlet session::target() const noexcept {
  if (phase_ == phase::upgrading || ended()) return outlet::nowhere;
  if (transport_ == transport::websocket) return outlet::websocket;
  return poll_parked_ ? outlet::parked_poll : outlet::nowhere;
}

}  // namespace parley::engineio
