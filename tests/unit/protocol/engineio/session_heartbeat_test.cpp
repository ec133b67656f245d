#include <doctest/doctest.h>

#include "tests/unit/protocol/engineio/session_words.hpp"

using namespace parley::engineio;
using namespace parley::engineio::test;

TEST_CASE("heartbeat: the server pings at pingInterval exactly and closes at pingTimeout after it") {
  session s = websocket();
  CHECK(s.next_deadline() == start + 300ms);
  CHECK(list(s.on_tick(start + 299ms)).empty());
  CHECK(list(s.on_tick(start + 300ms)) == steps{queue(packet_type::ping)});
  CHECK(s.next_deadline() == start + 500ms);
  CHECK(list(s.on_tick(start + 499ms)).empty());
  CHECK(list(s.on_tick(start + 500ms)) == steps{close_websocket, closed(close_reason::ping_timeout)});
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
  s.on_poll(start);
  s.on_tick(start + 300ms);
  CHECK(list(s.on_tick(start + 500ms)) == steps{release_poll, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a poll that comes too late ends the session even if the timer has not fired yet") {
  session s = polling();
  s.on_poll_answered();
  s.on_tick(start + 302ms);
  CHECK(s.next_deadline() == start + 500ms);
  CHECK(list(s.on_poll(start + 500ms)) == steps{refuse_request, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a client has the whole time to answer a ping that was sent much too late") {
  session s = polling();
  s.on_tick(start + 900ms);
  CHECK(s.next_deadline() == start + 1'100ms);
}

TEST_CASE("heartbeat: a v4 client's `2` closes the connection") {
  session s = websocket();
  CHECK(list(s.on_packet(start, transport::websocket, ping)) ==
        steps{close_websocket, closed(close_reason::transport_error)});
  session p = polling();
  p.on_post();
  CHECK(list(p.on_packet(start, transport::polling, ping)) == steps{closed(close_reason::transport_error)});
  CHECK(list(p.on_post_done()) == steps{refuse_request});
}

TEST_CASE("heartbeat: stray `3`, `0`, `6`, `5` are ignored and put off no ping") {
  session s = websocket();
  for (const packet_type type : {packet_type::pong, packet_type::open, packet_type::noop, packet_type::upgrade})
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
  CHECK(list(s.on_packet(start + 400ms, transport::websocket, ping)) == steps{queue(packet_type::pong)});
  CHECK(list(s.on_tick(start + 899ms)).empty());
  CHECK(list(s.on_tick(start + 900ms)) == steps{close_websocket, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a v3 client's `3` closes the connection") {
  session s = websocket(version::v3);
  CHECK(list(s.on_packet(start, transport::websocket, pong)) ==
        steps{close_websocket, closed(close_reason::transport_error)});
}

TEST_CASE("heartbeat: while nothing is read, silence ends nothing, and the client is pinged on") {
  session s = websocket();
  s.on_tick(start + 300ms);
  s.pause();
  CHECK(list(s.on_tick(start + 500ms)) == steps{queue(packet_type::ping)});
  CHECK(list(s.on_tick(start + 700ms)) == steps{queue(packet_type::ping)});
  s.resume(start + 800ms);
  CHECK(list(s.on_tick(start + 999ms)).empty());
  CHECK(list(s.on_tick(start + 1000ms)) == steps{close_websocket, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: a v3 client whose pings lie unread is given the time to ping again") {
  session s = websocket(version::v3);
  s.pause();
  CHECK(list(s.on_tick(start + 500ms)).empty());
  CHECK(s.next_deadline() == start + 700ms);
  s.resume(start + 600ms);
  CHECK(list(s.on_tick(start + 799ms)).empty());
  CHECK(list(s.on_tick(start + 800ms)) == steps{close_websocket, closed(close_reason::ping_timeout)});
}

TEST_CASE("heartbeat: to pause puts nothing off where no pong is awaited") {
  session s = websocket();
  s.pause();
  s.resume(start + 200ms);
  CHECK(s.next_deadline() == start + 300ms);
}
