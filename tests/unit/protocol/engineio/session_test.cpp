#include "protocol/engineio/session.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace parley::engineio;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{};
const options settings{
    .ping_interval = 300ms, .ping_timeout = 200ms, .upgrade_timeout = 10s, .close_timeout = 30s};

constexpr packet_view ping{packet_type::ping};
constexpr packet_view pong{packet_type::pong};
constexpr packet_view probe{packet_type::ping, "probe"};
constexpr packet_view upgrade{packet_type::upgrade};
constexpr packet_view message{packet_type::message, "hello"};

constexpr action park_poll{action_kind::park_poll};
constexpr action refuse_request{action_kind::refuse_request};
constexpr action read_post{action_kind::read_post};
constexpr action answer_post{action_kind::answer_post};
constexpr action accept_probe{action_kind::accept_probe};
constexpr action refuse_probe{action_kind::refuse_probe};
constexpr action answer_probe{action_kind::answer_probe};
constexpr action adopt_probe{action_kind::adopt_probe};
constexpr action close_probe{action_kind::close_probe};
constexpr action deliver{action_kind::deliver};
constexpr action close_websocket{action_kind::close_websocket};
constexpr action answer_poll(packet_type type) { return {action_kind::answer_poll, type}; }
constexpr action queue(packet_type type) { return {action_kind::queue_packet, type}; }
constexpr action flush(outlet to) { return {action_kind::flush, packet_type::noop, to}; }
constexpr action closed(close_reason why) {
  return {action_kind::closed, packet_type::noop, outlet::nowhere, why};
}

using steps = std::vector<action>;
steps list(const actions& out) { return {out.begin(), out.end()}; }

/// A polling session whose handshake was answered: no GET is parked.
session polling(version protocol = version::v4) {
  session s{settings, protocol, transport::polling, start};
  s.on_poll_answered();
  return s;
}

session websocket(version protocol = version::v4) {
  return {settings, protocol, transport::websocket, start};
}

session probing(time_point now = start) {
  session s = polling();
  s.on_upgrade_request(now);
  return s;
}

session upgrading(time_point now = start) {
  session s = probing(now);
  s.on_probe_packet(now, probe);
  return s;
}

session upgraded(time_point now = start) {
  session s = upgrading(now);
  s.on_probe_packet(now, upgrade);
  return s;
}

}  // namespace

TEST_CASE("session: it is small, for there are thousands of them") { CHECK(sizeof(session) <= 48); }

TEST_CASE(
    "session: the handshake's GET is answered with the open packet, a WebSocket takes it at once") {
  session s{settings, version::v4, transport::polling, start};
  CHECK(s.target() == outlet::parked_poll);
  s.on_poll_answered();
  CHECK(s.target() == outlet::nowhere);
  CHECK(websocket().target() == outlet::websocket);
}

TEST_CASE("session: a GET is parked, and packets may go out until it is answered") {
  session s = polling();
  CHECK(list(s.on_poll()) == steps{park_poll});
  CHECK(s.target() == outlet::parked_poll);
  s.on_poll_answered();
  CHECK(s.target() == outlet::nowhere);
  CHECK(list(s.on_poll()) == steps{park_poll});
}

TEST_CASE(
    "session: of two GETs at once the first gets 200 with `1`, the second 400, and the session is "
    "gone") {
  session s = polling();
  s.on_poll();
  CHECK(list(s.on_poll()) == steps{refuse_request, answer_poll(packet_type::close),
                                   closed(close_reason::transport_error)});
  CHECK(s.closed());
  CHECK(list(s.on_poll()) == steps{refuse_request});
}

TEST_CASE(
    "session: of two POSTs at once the second gets 400 and the session closes, and the first is "
    "not called ok") {
  session s = polling();
  s.on_poll();
  CHECK(list(s.on_post()) == steps{read_post});
  CHECK(list(s.on_post()) == steps{refuse_request, answer_poll(packet_type::close),
                                   closed(close_reason::transport_error)});
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_post_done()) == steps{refuse_request});
}

TEST_CASE("session: POSTs one after the other are ok and deliver their messages") {
  session s = polling();
  for (int i = 0; i < 3; ++i) {
    CHECK(list(s.on_post()) == steps{read_post});
    CHECK(list(s.on_packet(start, transport::polling, message)) == steps{deliver});
    CHECK(list(s.on_post_done()) == steps{answer_post});
  }
}

TEST_CASE("session: a client that aborts its parked GET closes the session at once") {
  session s = polling();
  s.on_poll();
  CHECK(list(s.on_poll_aborted()) == steps{closed(close_reason::transport_close)});
  CHECK(list(s.on_poll()) == steps{refuse_request});
}

TEST_CASE("session: a GET that was answered and then aborted closes nothing") {
  session s = polling();
  s.on_poll();
  s.on_poll_answered();
  CHECK(list(s.on_poll_aborted()).empty());
  CHECK_FALSE(s.closed());
}

TEST_CASE("session: a client that aborts a POST closes the session") {
  session s = polling();
  s.on_post();
  CHECK(list(s.on_post_aborted()) == steps{closed(close_reason::transport_close)});
}

TEST_CASE("session: a POST the caller refused leaves the session open for the next") {
  session s = polling();
  s.on_post();
  s.on_post_dropped();
  CHECK(list(s.on_post()) == steps{read_post});
}

TEST_CASE("session: on a POST of `1` the parked GET gets `6`, the POST ok, and the next GET 400") {
  session s = polling();
  s.on_poll();
  s.on_post();
  CHECK(list(s.on_packet(start, transport::polling, {packet_type::close})) ==
        steps{answer_poll(packet_type::noop), closed(close_reason::transport_close)});
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_post_done()) == steps{answer_post});
  CHECK(list(s.on_poll()) == steps{refuse_request});
}

TEST_CASE("session: a POST with what is no packet closes the session and gets 400") {
  session s = polling();
  s.on_poll();
  s.on_post();
  CHECK(list(s.on_bad_packet(transport::polling)) ==
        steps{answer_poll(packet_type::close), closed(close_reason::parse_error)});
  CHECK(list(s.on_post_done()) == steps{refuse_request});
}

TEST_CASE("session: on a WebSocket, a close packet and what is no packet close it") {
  session s = websocket();
  CHECK(list(s.on_packet(start, transport::websocket, {packet_type::close})) ==
        steps{close_websocket, closed(close_reason::transport_close)});
  session t = websocket();
  CHECK(list(t.on_bad_packet(transport::websocket)) ==
        steps{close_websocket, closed(close_reason::parse_error)});
}

TEST_CASE("session: a WebSocket that went away closes the session without closing it again") {
  session s = websocket();
  CHECK(list(s.on_websocket_closed()) == steps{closed(close_reason::transport_close)});
  CHECK(list(s.on_websocket_closed()).empty());
  session p = polling();
  CHECK(list(p.on_websocket_closed()).empty());
}

TEST_CASE(
    "session: a WebSocket session takes neither GET nor POST nor a second WebSocket, and keeps "
    "working") {
  session s = websocket();
  CHECK(list(s.on_poll()) == steps{refuse_request});
  CHECK(list(s.on_post()) == steps{refuse_request});
  CHECK(list(s.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(s.on_packet(start, transport::websocket, message)) == steps{deliver});
}

// --- upgrade
// ------------------------------------------------------------------------------------------------------

TEST_CASE(
    "upgrade: before the probe was answered GETs are parked and answered with packets as ever") {
  session s = polling();
  CHECK(list(s.on_upgrade_request(start)) == steps{accept_probe});
  CHECK(list(s.on_poll()) == steps{park_poll});
  CHECK(s.target() == outlet::parked_poll);
}

TEST_CASE("upgrade: `2probe` is answered and releases the parked GET with `6`") {
  session s = probing();
  s.on_poll();
  CHECK(list(s.on_probe_packet(start, probe)) ==
        steps{answer_probe, answer_poll(packet_type::noop)});
}

TEST_CASE(
    "upgrade: after the probe was answered every GET gets `6` and nothing is flushed until `5`") {
  session s = upgrading();
  for (int i = 0; i < 5; ++i) {
    CHECK(list(s.on_poll()) == steps{answer_poll(packet_type::noop)});
    CHECK(s.target() == outlet::nowhere);
  }
  CHECK(list(s.on_probe_packet(start, upgrade)) == steps{adopt_probe, flush(outlet::websocket)});
  CHECK(s.target() == outlet::websocket);
}

TEST_CASE("upgrade: packets of a POST still count while upgrading") {
  session s = upgrading();
  CHECK(list(s.on_post()) == steps{read_post});
  CHECK(list(s.on_packet(start, transport::polling, message)) == steps{deliver});
  CHECK(list(s.on_post_done()) == steps{answer_post});
}

TEST_CASE(
    "upgrade: on `5` the state changes at once: GET and POST get 400 and the WebSocket counts") {
  session s = upgraded();
  CHECK(list(s.on_poll()) == steps{refuse_request});
  CHECK(list(s.on_post()) == steps{refuse_request});
  CHECK(list(s.on_packet(start, transport::websocket, message)) == steps{deliver});
  CHECK(s.current_transport() == transport::websocket);
}

TEST_CASE(
    "upgrade: a POST that is still being read when `5` comes is refused and its packets are "
    "ignored") {
  session s = upgrading();
  s.on_post();
  s.on_probe_packet(start, upgrade);
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_bad_packet(transport::polling)).empty());
  CHECK(list(s.on_post_done()) == steps{refuse_request});
  CHECK_FALSE(s.closed());
}

TEST_CASE(
    "upgrade: a second WebSocket is refused, during the upgrade and after it, and the first keeps "
    "working") {
  session during = upgrading();
  CHECK(list(during.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(during.on_probe_packet(start, upgrade)) ==
        steps{adopt_probe, flush(outlet::websocket)});
  session after = upgraded();
  CHECK(list(after.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(after.on_packet(start, transport::websocket, message)) == steps{deliver});
}

TEST_CASE("upgrade: `5` may carry data") {
  session s = upgrading();
  CHECK(list(s.on_probe_packet(start, {packet_type::upgrade, "whatever"})) ==
        steps{adopt_probe, flush(outlet::websocket)});
}

TEST_CASE("upgrade: a probe that says anything else fails, and polling goes on") {
  const packet_view wrong[] = {upgrade,
                               ping,
                               {packet_type::ping, "probe2"},
                               {packet_type::ping, "probe", true},
                               message,
                               {packet_type::close}};
  for (const packet_view& packet : wrong) {
    session s = probing();
    s.on_poll();
    CHECK(list(s.on_probe_packet(start, packet)) == steps{close_probe});
    CHECK(s.target() == outlet::parked_poll);
    CHECK(list(s.on_upgrade_request(start)) == steps{accept_probe});
  }
}

TEST_CASE("upgrade: a probe that fails after it was answered leaves polling alive") {
  session s = upgrading();
  CHECK(list(s.on_probe_failed(start)) == steps{close_probe});
  CHECK(list(s.on_poll()) == steps{park_poll});
  CHECK(s.target() == outlet::parked_poll);
  CHECK(list(s.on_probe_failed(start)).empty());
}

TEST_CASE("upgrade: a probe that does not finish within 10 s is closed, and polling goes on") {
  for (const bool answered : {false, true}) {
    session s{settings, version::v3, transport::polling, start};
    s.on_poll_answered();
    s.on_packet(start + 100ms, transport::polling, ping);
    s.on_upgrade_request(start + 1ms);
    if (answered) s.on_probe_packet(start + 1ms, probe);
    if (answered) CHECK(s.next_deadline() == start + 10'001ms);
    for (auto now = start + 101ms; now < start + 10s; now += 99ms) {
      if (!answered) s.on_packet(now, transport::polling, ping);
      CHECK(list(s.on_tick(now)).empty());
    }
    CHECK(list(s.on_tick(start + 10'001ms)) == steps{close_probe});
    CHECK(list(s.on_poll()) == steps{park_poll});
  }
}

TEST_CASE("upgrade: a session that closes closes its probe too") {
  session s = probing();
  s.on_poll();
  CHECK(list(s.on_poll()) == steps{refuse_request, answer_poll(packet_type::close), close_probe,
                                   closed(close_reason::transport_error)});
  session t = upgrading();
  CHECK(list(t.on_packet(start, transport::polling, {packet_type::close})) ==
        steps{close_probe, closed(close_reason::transport_close)});
  CHECK(list(t.on_probe_packet(start, upgrade)).empty());
}

// --- heartbeat
// ----------------------------------------------------------------------------------------------------

TEST_CASE(
    "heartbeat: the server pings at pingInterval exactly and closes at pingTimeout after it") {
  session s = websocket();
  CHECK(s.next_deadline() == start + 300ms);
  CHECK(list(s.on_tick(start + 299ms)).empty());
  CHECK(list(s.on_tick(start + 300ms)) == steps{queue(packet_type::ping)});
  CHECK(s.next_deadline() == start + 500ms);
  CHECK(list(s.on_tick(start + 499ms)).empty());
  CHECK(list(s.on_tick(start + 500ms)) ==
        steps{close_websocket, closed(close_reason::ping_timeout)});
  CHECK(s.next_deadline() == time_point::max());
}

TEST_CASE("heartbeat: a pong puts the next ping one interval after itself") {
  session s = polling();
  s.on_tick(start + 300ms);
  CHECK(list(s.on_packet(start + 350ms, transport::polling, pong)).empty());
  CHECK(s.next_deadline() == start + 650ms);
  CHECK(list(s.on_tick(start + 650ms)) == steps{queue(packet_type::ping)});
}

TEST_CASE("heartbeat: a polling session that times out releases its parked GET with `1`") {
  session s = polling();
  s.on_poll();
  s.on_tick(start + 300ms);
  CHECK(list(s.on_tick(start + 500ms)) ==
        steps{answer_poll(packet_type::close), closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a v4 client's `2` closes the connection") {
  session s = websocket();
  CHECK(list(s.on_packet(start, transport::websocket, ping)) ==
        steps{close_websocket, closed(close_reason::transport_error)});
  session p = polling();
  p.on_post();
  CHECK(list(p.on_packet(start, transport::polling, ping)) ==
        steps{closed(close_reason::transport_error)});
  CHECK(list(p.on_post_done()) == steps{refuse_request});
}

TEST_CASE("heartbeat: stray `3`, `0`, `6`, `5` are ignored and put off no ping") {
  session s = websocket();
  for (const packet_type type :
       {packet_type::pong, packet_type::open, packet_type::noop, packet_type::upgrade})
    CHECK(list(s.on_packet(start + 200ms, transport::websocket, {type})).empty());
  CHECK(s.next_deadline() == start + 300ms);
}

TEST_CASE("heartbeat: no message but a pong counts as a sign of life") {
  session s = websocket();
  s.on_tick(start + 300ms);
  s.on_packet(start + 400ms, transport::websocket, message);
  CHECK(list(s.on_tick(start + 500ms)).back() == closed(close_reason::ping_timeout));
}

TEST_CASE("heartbeat: it pauses while upgrading and goes on where it stood") {
  session s = probing(start + 100ms);
  s.on_probe_packet(start + 200ms, probe);
  CHECK(list(s.on_tick(start + 5s)).empty());
  s.on_probe_packet(start + 5s, upgrade);
  CHECK(s.next_deadline() == start + 5'100ms);
  CHECK(list(s.on_tick(start + 5'100ms)) == steps{queue(packet_type::ping)});
}

TEST_CASE(
    "heartbeat: it pauses for a probe that fails too, and a probe that was not answered pauses "
    "nothing") {
  session s = upgrading(start + 200ms);
  s.on_probe_failed(start + 1s);
  CHECK(s.next_deadline() == start + 1'100ms);
  session t = probing(start + 200ms);
  CHECK(list(t.on_tick(start + 300ms)) == steps{queue(packet_type::ping)});
  CHECK(t.next_deadline() == start + 500ms);
}

TEST_CASE("heartbeat: a pong that comes while upgrading counts") {
  session s = polling();
  s.on_tick(start + 300ms);
  s.on_upgrade_request(start + 310ms);
  s.on_probe_packet(start + 320ms, probe);
  s.on_packet(start + 400ms, transport::polling, pong);
  s.on_probe_packet(start + 450ms, upgrade);
  CHECK(s.next_deadline() == start + 750ms);
  CHECK(list(s.on_tick(start + 750ms)) == steps{queue(packet_type::ping)});
}

TEST_CASE(
    "heartbeat: in v3 the client pings, the server pongs, and silence for interval and timeout "
    "closes") {
  session s = websocket(version::v3);
  CHECK(s.next_deadline() == start + 500ms);
  CHECK(list(s.on_packet(start + 400ms, transport::websocket, ping)) ==
        steps{queue(packet_type::pong)});
  CHECK(list(s.on_tick(start + 899ms)).empty());
  CHECK(list(s.on_tick(start + 900ms)) ==
        steps{close_websocket, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a v3 client's `3` closes the connection") {
  session s = websocket(version::v3);
  CHECK(list(s.on_packet(start, transport::websocket, pong)) ==
        steps{close_websocket, closed(close_reason::transport_error)});
}

// --- close by the server
// ------------------------------------------------------------------------------------------

TEST_CASE("close: a WebSocket is flushed, then closed") {
  session s = websocket();
  CHECK(list(s.close(start)) ==
        steps{flush(outlet::websocket), close_websocket, closed(close_reason::server_close)});
  CHECK(list(s.close(start)).empty());
}

TEST_CASE("close: a parked GET takes what is queued and `1` behind it") {
  session s = polling();
  s.on_poll();
  CHECK(list(s.close(start)) == steps{queue(packet_type::close), flush(outlet::parked_poll),
                                      closed(close_reason::server_close)});
}

TEST_CASE("close: without a parked GET the session waits for one, taking nothing in meanwhile") {
  session s = polling();
  CHECK(list(s.close(start)) == steps{queue(packet_type::close)});
  CHECK_FALSE(s.closed());
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_tick(start + 1s)).empty());
  CHECK(list(s.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(s.on_poll()) ==
        steps{park_poll, flush(outlet::parked_poll), closed(close_reason::server_close)});
}

TEST_CASE("close: a GET that never comes is waited for no longer than the close timeout") {
  session s = polling();
  s.close(start + 1s);
  CHECK(s.next_deadline() == start + 31s);
  CHECK(list(s.on_tick(start + 31s)) == steps{closed(close_reason::server_close)});
}

TEST_CASE("close: an upgrade in progress is given up") {
  session s = upgrading();
  CHECK(list(s.close(start)) == steps{close_probe, queue(packet_type::close)});
  CHECK(list(s.on_poll()) ==
        steps{park_poll, flush(outlet::parked_poll), closed(close_reason::server_close)});
}

TEST_CASE("close: at once, nothing is flushed and a parked GET gets `1`") {
  session s = polling();
  s.on_poll();
  CHECK(list(s.close_now(close_reason::parse_error)) ==
        steps{answer_poll(packet_type::close), closed(close_reason::parse_error)});
  CHECK(list(s.close_now(close_reason::parse_error)).empty());
  CHECK(s.reason() == close_reason::parse_error);
}

TEST_CASE("close: every reason has the words Socket.IO uses") {
  CHECK(to_string(close_reason::transport_close) == "transport close");
  CHECK(to_string(close_reason::ping_timeout) == "ping timeout");
  CHECK(to_string(close_reason::server_close) == "forced server close");
}

// --- whatever comes
// -----------------------------------------------------------------------------------------------

namespace {

actions random_input(session& s, std::mt19937& random, time_point now) {
  const auto packet =
      packet_view{static_cast<packet_type>(random() % 7), random() % 2 ? "probe" : ""};
  const auto from = random() % 2 ? transport::polling : transport::websocket;
  switch (random() % 16) {
    case 0:
      return s.on_poll();
    case 1:
      return s.on_post();
    case 2:
      return s.on_post_done();
    case 3:
      return s.on_upgrade_request(now);
    case 4:
      return s.on_probe_packet(now, probe);
    case 5:
      return s.on_probe_packet(now, upgrade);
    case 6:
      return s.on_probe_packet(now, packet);
    case 7:
      return s.on_probe_failed(now);
    case 8:
      return random() % 8 ? actions{} : s.on_packet(now, from, packet);
    case 9:
      return s.on_packet(now, from, message);
    case 10:
      return random() % 8 ? actions{} : s.on_bad_packet(from);
    case 11:
      return random() % 8 ? actions{} : s.on_poll_aborted();
    case 12:
      return random() % 8 ? actions{} : s.close(now);
    case 13:
      return s.on_packet(now, s.current_transport(), pong);
    case 14:
      s.on_poll_answered();
      return {};
    default:
      return s.on_tick(now);
  }
}

bool only_refusals(const steps& done) {
  for (const action& one : done)
    if (one != refuse_request && one != refuse_probe && one != answer_post) return false;
  return true;
}

}  // namespace

TEST_CASE(
    "session: in any order of inputs it closes once, then only refuses, and its deadline is never "
    "missed") {
  std::mt19937 random{42};
  for (int run = 0; run < 5'000; ++run) {
    session s{settings, random() % 4 ? version::v4 : version::v3,
              random() % 4 ? transport::polling : transport::websocket, start};
    time_point now = start;
    for (int step = 0; step < 60; ++step) {
      const bool was_closed = s.closed();
      now += std::chrono::milliseconds{random() % 40};
      const steps done = list(random_input(s, random, now));
      const auto ends = std::count_if(
          done.begin(), done.end(), [](const action& a) { return a.kind == action_kind::closed; });
      REQUIRE(ends == (s.closed() && !was_closed ? 1 : 0));
      if (ends == 1) REQUIRE(done.back().kind == action_kind::closed);
      if (was_closed) REQUIRE(only_refusals(done));
      if (s.closed()) REQUIRE(s.target() == outlet::nowhere);
      s.on_tick(now);
      if (!s.closed()) REQUIRE(s.next_deadline() > now);
    }
  }
}
