// What the session's sentences are written in: its inputs, its actions, and a session in each
// state.
#pragma once

#include <vector>

#include "protocol/engineio/session.hpp"

namespace parley::engineio::test {

using namespace std::chrono_literals;

inline constexpr time_point start{};
inline const options settings{
    .ping_interval = 300ms, .ping_timeout = 200ms, .upgrade_timeout = 10s, .close_timeout = 30s};

inline constexpr packet_view ping{packet_type::ping};
inline constexpr packet_view pong{packet_type::pong};
inline constexpr packet_view probe{packet_type::ping, "probe"};
inline constexpr packet_view upgrade{packet_type::upgrade};
inline constexpr packet_view message{packet_type::message, "hello"};

inline constexpr action park_poll{action_kind::park_poll};
inline constexpr action release_poll{action_kind::release_poll};
inline constexpr action refuse_request{action_kind::refuse_request};
inline constexpr action read_post{action_kind::read_post};
inline constexpr action answer_post{action_kind::answer_post};
inline constexpr action accept_probe{action_kind::accept_probe};
inline constexpr action refuse_probe{action_kind::refuse_probe};
inline constexpr action answer_probe{action_kind::answer_probe};
inline constexpr action adopt_probe{action_kind::adopt_probe};
inline constexpr action close_probe{action_kind::close_probe};
inline constexpr action deliver{action_kind::deliver};
inline constexpr action close_websocket{action_kind::close_websocket};
inline constexpr action answer_poll(packet_type type) { return {action_kind::answer_poll, type}; }
inline constexpr action queue(packet_type type) { return {action_kind::queue_packet, type}; }
inline constexpr action flush(outlet to) { return {action_kind::flush, packet_type::noop, to}; }
inline constexpr action closed(close_reason why) {
  return {action_kind::closed, packet_type::noop, outlet::nowhere, why};
}

using steps = std::vector<action>;
inline steps list(const actions& out) { return {out.begin(), out.end()}; }

/// A polling session whose handshake was answered: no GET is parked.
inline session polling(version protocol = version::v4) {
  session s{settings, protocol, transport::polling, start};
  s.on_poll_answered();
  return s;
}

inline session websocket(version protocol = version::v4) { return {settings, protocol, transport::websocket, start}; }

inline session probing(time_point now = start) {
  session s = polling();
  s.on_upgrade_request(now);
  return s;
}

inline session upgrading(time_point now = start) {
  session s = probing(now);
  s.on_probe_packet(now, probe);
  return s;
}

inline session upgraded(time_point now = start) {
  session s = upgrading(now);
  s.on_probe_packet(now, upgrade);
  return s;
}

}  // namespace parley::engineio::test
