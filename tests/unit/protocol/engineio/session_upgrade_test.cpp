#include <doctest/doctest.h>

#include "tests/unit/protocol/engineio/session_words.hpp"

using namespace parley::engineio;
using namespace parley::engineio::test;

TEST_CASE("upgrade: before the probe was answered GETs are parked and answered with packets as ever") {
  session s = polling();
  CHECK(list(s.on_upgrade_request(start)) == steps{accept_probe});
  CHECK(list(s.on_poll(start)) == steps{park_poll});
  CHECK(s.target() == outlet::parked_poll);
}

TEST_CASE("upgrade: `2probe` is answered and releases the parked GET with `6`") {
  session s = probing();
  s.on_poll(start);
  CHECK(list(s.on_probe_packet(start, probe)) == steps{answer_probe, answer_poll(packet_type::noop)});
}

TEST_CASE("upgrade: after the probe was answered every GET gets `6` and nothing is flushed until `5`") {
  session s = upgrading();
  for (int i = 0; i < 5; ++i) {
    CHECK(list(s.on_poll(start)) == steps{answer_poll(packet_type::noop)});
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

TEST_CASE("upgrade: on `5` the state changes at once: GET and POST get 400 and the WebSocket counts") {
  session s = upgraded();
  CHECK(list(s.on_poll(start)) == steps{refuse_request});
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
  CHECK(list(during.on_probe_packet(start, upgrade)) == steps{adopt_probe, flush(outlet::websocket)});
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
  const packet_view wrong[] = {
      upgrade, ping, {packet_type::ping, "probe2"}, {packet_type::ping, "probe", true}, message, {packet_type::close}};
  for (const packet_view& packet : wrong) {
    session s = probing();
    s.on_poll(start);
    CHECK(list(s.on_probe_packet(start, packet)) == steps{close_probe});
    CHECK(s.target() == outlet::parked_poll);
    CHECK(list(s.on_upgrade_request(start)) == steps{accept_probe});
  }
}

TEST_CASE("upgrade: a probe that fails after it was answered leaves polling alive") {
  session s = upgrading();
  CHECK(list(s.on_probe_failed(start)) == steps{close_probe});
  CHECK(list(s.on_poll(start)) == steps{park_poll});
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
    CHECK(list(s.on_poll(start)) == steps{park_poll});
  }
}

TEST_CASE("upgrade: a session that closes closes its probe too") {
  session s = probing();
  s.on_poll(start);
  CHECK(list(s.on_poll(start)) ==
        steps{refuse_request, answer_poll(packet_type::close), close_probe, closed(close_reason::transport_error)});
  session t = upgrading();
  CHECK(list(t.on_packet(start, transport::polling, {packet_type::close})) ==
        steps{close_probe, closed(close_reason::transport_close)});
  CHECK(list(t.on_probe_packet(start, upgrade)).empty());
}
