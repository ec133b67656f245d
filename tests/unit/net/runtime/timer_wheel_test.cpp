#include "net/runtime/timer_wheel.hpp"

#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using parley::net::timer_wheel;

namespace {

struct recorder final : timer_wheel::timer {
  void on_timer(timer_wheel::time_point now) override {
    fired_at = now;
    ++count;
    if (then) then();
  }
  timer_wheel::time_point fired_at{};
  int count = 0;
  std::function<void()> then;
};

struct fixture {
  timer_wheel::time_point now{};
  timer_wheel wheel{now};

  void run_until(timer_wheel::time_point end) {
    while (now < end) {
      now += 1ms;
      wheel.advance(now);
    }
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "timer wheel: a timer fires once, at its deadline and not before") {
  recorder timer;
  wheel.arm(timer, now, 300ms);
  run_until(timer_wheel::time_point{} + 299ms);
  CHECK(timer.count == 0);
  run_until(timer_wheel::time_point{} + 400ms);
  CHECK(timer.count == 1);
  CHECK(timer.fired_at - timer_wheel::time_point{} <= 312ms);
}

TEST_CASE_FIXTURE(fixture, "timer wheel: arming again replaces the deadline") {
  recorder timer;
  wheel.arm(timer, now, 20ms);
  wheel.arm(timer, now, 100ms);
  run_until(timer_wheel::time_point{} + 50ms);
  CHECK(timer.count == 0);
  run_until(timer_wheel::time_point{} + 200ms);
  CHECK(timer.count == 1);
}

TEST_CASE_FIXTURE(fixture, "timer wheel: a cancelled or destroyed timer never fires") {
  recorder cancelled;
  auto destroyed = std::make_unique<recorder>();
  wheel.arm(cancelled, now, 10ms);
  wheel.arm(*destroyed, now, 10ms);
  cancelled.cancel();
  destroyed.reset();
  run_until(timer_wheel::time_point{} + 50ms);
  CHECK(cancelled.count == 0);
  CHECK_FALSE(cancelled.armed());
}

TEST_CASE_FIXTURE(fixture, "timer wheel: a deadline several turns ahead is kept to 1/64 of the delay") {
  recorder timer;
  wheel.arm(timer, now, 60s);
  run_until(timer_wheel::time_point{} + 60s - 1ms);
  CHECK(timer.count == 0);
  run_until(timer_wheel::time_point{} + 62s);
  CHECK(timer.count == 1);
  CHECK(timer.fired_at - timer_wheel::time_point{} < 61s);
}

TEST_CASE_FIXTURE(fixture, "timer wheel: a timer may arm itself again while it fires") {
  recorder timer;
  timer.then = [&] { wheel.arm(timer, now, 10ms); };
  wheel.arm(timer, now, 10ms);
  run_until(timer_wheel::time_point{} + 200ms);
  CHECK(timer.count >= 14);
  CHECK(timer.count <= 20);
}

TEST_CASE_FIXTURE(fixture, "timer wheel: a timer may cancel another one that is due at the same time") {
  recorder first;
  recorder second;
  wheel.arm(first, now, 10ms);
  wheel.arm(second, now, 10ms);
  first.then = [&] { second.cancel(); };
  run_until(timer_wheel::time_point{} + 50ms);
  CHECK(first.count + second.count == 1);
}

TEST_CASE_FIXTURE(fixture, "timer wheel: after a long pause everything that is due fires, and nothing else") {
  std::vector<recorder> timers(64);
  for (std::size_t i = 0; i < timers.size(); ++i) wheel.arm(timers[i], now, 1s * static_cast<int>(i));
  now += 32s;
  wheel.advance(now);
  for (std::size_t i = 0; i < timers.size(); ++i) {
    CAPTURE(i);
    if (i < 31) CHECK(timers[i].count == 1);
    if (i > 32) CHECK(timers[i].count == 0);
  }
}

TEST_CASE_FIXTURE(fixture, "timer wheel: next() is never later than the first deadline") {
  std::mt19937 random{7};
  std::vector<recorder> timers(200);
  for (auto& timer : timers) wheel.arm(timer, now, std::chrono::milliseconds{random() % 20'000});
  while (const auto due = wheel.next()) {
    REQUIRE(*due > now - 20ms);
    now = std::max(now, *due);
    wheel.advance(now);
  }
  for (const auto& timer : timers) CHECK(timer.count == 1);
}
