#include <algorithm>
#include <random>

#include <doctest/doctest.h>

#include "tests/unit/protocol/engineio/session_words.hpp"

using namespace parley::engineio;
using namespace parley::engineio::test;

namespace {

actions random_input(session& s, std::mt19937& random, time_point now) {
  const auto packet = packet_view{static_cast<packet_type>(random() % 7), random() % 2 ? "probe" : ""};
  const auto from = random() % 2 ? transport::polling : transport::websocket;
  switch (random() % 16) {
    case 0:
      return s.on_poll(now);
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
      return random() % 8 ? actions{} : s.close(now, random() % 2 ? close_notice::sent : close_notice::omitted);
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
      const auto ends =
          std::count_if(done.begin(), done.end(), [](const action& a) { return a.kind == action_kind::closed; });
      REQUIRE(ends == (s.closed() && !was_closed ? 1 : 0));
      if (ends == 1) REQUIRE(done.back().kind == action_kind::closed);
      if (was_closed) REQUIRE(only_refusals(done));
      if (s.closed()) REQUIRE(s.target() == outlet::nowhere);
      s.on_tick(now);
      if (!s.closed()) REQUIRE(s.next_deadline() > now);
    }
  }
}
