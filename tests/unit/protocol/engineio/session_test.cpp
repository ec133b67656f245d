#include <doctest/doctest.h>

#include "tests/unit/protocol/engineio/session_words.hpp"

using namespace parley::engineio;
using namespace parley::engineio::test;

TEST_CASE("session: it is small, for there are thousands of them") { CHECK(sizeof(session) <= 48); }

TEST_CASE("session: the handshake's GET is answered with the open packet, a WebSocket takes it at once") {
  session s{settings, version::v4, transport::polling, start};
  CHECK(s.target() == outlet::parked_poll);
  s.on_poll_answered();
  CHECK(s.target() == outlet::nowhere);
  CHECK(websocket().target() == outlet::websocket);
}

TEST_CASE("session: a GET is parked, and packets may go out until it is answered") {
  session s = polling();
  CHECK(list(s.on_poll(start)) == steps{park_poll});
  CHECK(s.target() == outlet::parked_poll);
  s.on_poll_answered();
  CHECK(s.target() == outlet::nowhere);
  CHECK(list(s.on_poll(start)) == steps{park_poll});
}

TEST_CASE(
    "session: of two GETs at once the first gets 200 with `1`, the second 400, and the session is "
    "gone") {
  session s = polling();
  s.on_poll(start);
  CHECK(list(s.on_poll(start)) ==
        steps{refuse_request, answer_poll(packet_type::close), closed(close_reason::transport_error)});
  CHECK(s.closed());
  CHECK(list(s.on_poll(start)) == steps{refuse_request});
}

TEST_CASE(
    "session: of two POSTs at once the second gets 400 and the session closes, and the first is "
    "not called ok") {
  session s = polling();
  s.on_poll(start);
  CHECK(list(s.on_post()) == steps{read_post});
  CHECK(list(s.on_post()) ==
        steps{refuse_request, answer_poll(packet_type::close), closed(close_reason::transport_error)});
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
  s.on_poll(start);
  CHECK(list(s.on_poll_aborted()) == steps{closed(close_reason::transport_close)});
  CHECK(list(s.on_poll(start)) == steps{refuse_request});
}

TEST_CASE("session: a GET that was answered and then aborted closes nothing") {
  session s = polling();
  s.on_poll(start);
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
  s.on_poll(start);
  s.on_post();
  CHECK(list(s.on_packet(start, transport::polling, {packet_type::close})) ==
        steps{answer_poll(packet_type::noop), closed(close_reason::transport_close)});
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_post_done()) == steps{answer_post});
  CHECK(list(s.on_poll(start)) == steps{refuse_request});
}

TEST_CASE("session: a POST with what is no packet closes the session and gets 400") {
  session s = polling();
  s.on_poll(start);
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
  CHECK(list(t.on_bad_packet(transport::websocket)) == steps{close_websocket, closed(close_reason::parse_error)});
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
  CHECK(list(s.on_poll(start)) == steps{refuse_request});
  CHECK(list(s.on_post()) == steps{refuse_request});
  CHECK(list(s.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(s.on_packet(start, transport::websocket, message)) == steps{deliver});
}

TEST_CASE("close: a WebSocket is flushed, then closed") {
  session s = websocket();
  CHECK(list(s.close(start)) == steps{flush(outlet::websocket), close_websocket, closed(close_reason::server_close)});
  CHECK(list(s.close(start)).empty());
}

TEST_CASE("close: a parked GET takes what is queued and `1` behind it") {
  session s = polling();
  s.on_poll(start);
  CHECK(list(s.close(start)) ==
        steps{queue(packet_type::close), flush(outlet::parked_poll), closed(close_reason::server_close)});
}

TEST_CASE("close: without a parked GET the session waits for one, taking nothing in meanwhile") {
  session s = polling();
  CHECK(list(s.close(start)) == steps{queue(packet_type::close)});
  CHECK_FALSE(s.closed());
  CHECK(list(s.on_packet(start, transport::polling, message)).empty());
  CHECK(list(s.on_tick(start + 1s)).empty());
  CHECK(list(s.on_upgrade_request(start)) == steps{refuse_probe});
  CHECK(list(s.on_poll(start)) == steps{park_poll, flush(outlet::parked_poll), closed(close_reason::server_close)});
}

TEST_CASE("close: a client that shall come back is not waited for as long") {
  session s = polling();
  s.close(start, close_notice::omitted);
  CHECK(list(s.on_tick(start + 2s)) == steps{closed(close_reason::server_close)});
}

TEST_CASE("close: who shall come back is told nothing but what is queued") {
  session s = polling();
  SUBCASE("a parked GET is released") {
    s.on_poll(start);
    CHECK(list(s.close(start, close_notice::omitted)) == steps{release_poll, closed(close_reason::server_close)});
  }
  SUBCASE("without one, the next is") {
    CHECK(list(s.close(start, close_notice::omitted)).empty());
    CHECK(list(s.on_poll(start)) == steps{park_poll, release_poll, closed(close_reason::server_close)});
  }
  SUBCASE("at once") {
    s.on_poll(start);
    CHECK(list(s.close_now(close_reason::server_close)) == steps{release_poll, closed(close_reason::server_close)});
  }
  SUBCASE("a WebSocket is closed as ever") {
    s = websocket();
    CHECK(list(s.close(start, close_notice::omitted)) ==
          steps{flush(outlet::websocket), close_websocket, closed(close_reason::server_close)});
  }
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
  CHECK(list(s.on_poll(start)) == steps{park_poll, flush(outlet::parked_poll), closed(close_reason::server_close)});
}

TEST_CASE("close: at once, nothing is flushed and a parked GET gets `1`") {
  session s = polling();
  s.on_poll(start);
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
