#include "net/drain.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using parley::net::drain;
using parley::net::drain_plan;
using parley::net::drained;

namespace {

/// Clients that go as soon as they are closed, unless they are stuck; a clock that moves by waiting.
struct fake_server final : drained {
  std::size_t open = 0;
  std::size_t stuck = 0;  // of those, never gone
  bool accepting = true;
  clock::time_point at{};
  clock::time_point hurry_at = clock::time_point::max();
  clock::time_point refused_at{};
  std::vector<std::pair<clock::time_point, std::size_t>> closes;

  std::size_t clients() const override { return open; }
  void refuse_new_clients() override {
    accepting = false;
    refused_at = at;
  }
  std::size_t close_clients(std::size_t count) override {
    const auto closed = std::min(count, open - stuck);
    open -= closed;
    closes.emplace_back(at, closed);
    return closed;
  }
  bool wait(std::chrono::milliseconds time) override {
    at += time;
    return at < hurry_at;
  }
  clock::time_point now() const override { return at; }

  std::size_t closed_by(clock::duration elapsed) const {
    std::size_t sum = 0;
    for (const auto& [when, count] : closes)
      if (when - refused_at <= elapsed) sum += count;
    return sum;
  }
};

}  // namespace

TEST_CASE("drain: new clients are let in for the delay, and nobody is closed") {
  fake_server server;
  server.open = 10;
  CHECK(drain(server, {2s, 0, 8s}) == 0);
  CHECK(server.refused_at == drained::clock::time_point{} + 2s);
  CHECK(server.closes.front().first == server.refused_at);
  CHECK(server.open == 0);
}

TEST_CASE("drain: connections are closed at the rate, from the first step on") {
  fake_server server;
  server.open = 1000;
  CHECK(drain(server, {0s, 500, 8s}) == 0);
  CHECK(server.closed_by(0s) == 10);
  CHECK(server.closed_by(980ms) == 500);
  CHECK(server.closed_by(1s) == 510);
  CHECK(server.at - server.refused_at < 2s);
}

TEST_CASE("drain: a rate below one a step closes one at a time") {
  fake_server server;
  server.open = 3;
  CHECK(drain(server, {0s, 1, 8s}) == 0);
  CHECK(server.closed_by(0s) == 1);
  CHECK(server.closed_by(900ms) == 1);
  CHECK(server.closed_by(1500ms) == 2);
}

TEST_CASE("drain: what is left when the time is over is closed at once, and counted") {
  fake_server server;
  server.open = 1000;
  CHECK(drain(server, {0s, 100, 1s}) == 900);
  CHECK(server.open == 0);
  CHECK(server.at - server.refused_at <= 1s + parley::net::drain_step);
}

TEST_CASE("drain: clients that never go do not hold it up for longer than it may take") {
  fake_server server;
  server.open = 5;
  server.stuck = 2;
  CHECK(drain(server, {0s, 0, 1s}) == 2);
  CHECK(server.at - server.refused_at <= 1s + parley::net::last_close);
}

TEST_CASE("drain: told to hurry, it closes all at once, in the delay as well") {
  fake_server server;
  server.open = 1000;
  server.hurry_at = drained::clock::time_point{} + 1s;
  SUBCASE("in the delay") { CHECK(drain(server, {10s, 1, 60s}) == 1000); }
  SUBCASE("while closing") { CHECK(drain(server, {0s, 100, 60s}) == 900); }
  CHECK(server.open == 0);
}

TEST_CASE("drain: a server without clients is done at once") {
  fake_server server;
  CHECK(drain(server, {0s, 500, 8s}) == 0);
  CHECK(server.at == drained::clock::time_point{});
}
