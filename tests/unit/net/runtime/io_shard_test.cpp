#include "net/runtime/io_shard.hpp"

#include <atomic>
#include <cstdint>
#include <future>
#include <vector>

#include <caf/actor_companion.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <doctest/doctest.h>

#include "tests/unit/net/runtime/two_shards.hpp"

using namespace parley::net;

namespace {

/// Counts how often it was flushed, and on request marks another while it is.
struct probe final : flushable {
  void flush() override { flushes.push_back(timer_wheel::clock::now()); }
  std::vector<timer_wheel::time_point> flushes;
};

/// Says the next number to `to` whenever it is nudged, on whichever shard that was.
caf::behavior counter(caf::event_based_actor* self, const caf::actor& to) {
  auto next = std::make_shared<std::int64_t>(0);
  return {[self, to, next](caf::ok_atom) { self->send(to, (*next)++); }};
}

}  // namespace

TEST_CASE("io_shard: what an actor says reaches a network actor in order, also when it changes shards") {
  constexpr std::int64_t rounds = 20'000;
  two_shards shards;
  std::vector<std::int64_t> heard;
  std::promise<void> all;
  caf::actor listener = shards.system.spawn<caf::actor_companion, caf::hidden>();
  auto* companion = static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(listener));
  shards.on(0, [&](io_shard& shard) {
    companion->become(caf::behavior{[&](std::int64_t number) {
      heard.push_back(number);
      if (heard.size() == rounds) all.set_value();
    }});
    companion->on_enqueue([&shard](caf::mailbox_element_ptr what) { shard.enqueue(std::move(what)); });
    shard.set_sink([companion, &shard](caf::mailbox_element& what) { companion->activate(&shard, what); });
  });
  const auto speaker = shards.system.spawn(counter, listener);
  for (std::int64_t round = 0; round < rounds; ++round)
    shards[static_cast<std::size_t>(round % 2)].post([&speaker] { caf::anon_send(speaker, caf::ok_atom::value); });
  all.get_future().wait();
  bool in_order = true;
  for (std::int64_t at = 0; at < rounds; ++at) in_order = in_order && heard[static_cast<std::size_t>(at)] == at;
  CHECK(in_order);
  caf::anon_send_exit(speaker, caf::exit_reason::user_shutdown);
  shards.on(0, [&](io_shard& shard) {
    shard.set_sink(nullptr);
    companion->on_enqueue(nullptr);
    companion->cleanup(caf::make_error(caf::exit_reason::user_shutdown), &shard);
  });
}

TEST_CASE("io_shard: what puts itself off again and again takes one turn after the other with everything else") {
  std::function<void()> again;
  std::function<void()> count;
  std::size_t rounds = 0;
  std::size_t turns = 0;
  std::size_t within = 0;
  std::promise<void> counted;
  bool done = false;
  two_shards shards;  // gone before what its last turn may still look at
  shards.on(0, [&](io_shard& shard) {
    again = [&] {
      ++rounds;
      if (!done) shard.defer(again);
    };
    count = [&, before = rounds] {
      if (++turns < 5) return shard.defer(count);
      within = rounds - before;
      done = true;
      counted.set_value();
    };
    shard.defer(again);
    shard.defer(count);
  });
  counted.get_future().wait();
  shards.on(0, [](io_shard&) {});
  CHECK(within == 5);
}

TEST_CASE("io_shard: what is marked is flushed once in its turn") {
  two_shards shards;
  probe socket;
  shards.on(0, [&](io_shard& shard) {
    shard.mark(socket);
    shard.mark(socket);
  });
  shards.on(0, [](io_shard&) {});
  CHECK(socket.flushes.size() == 1);
}

TEST_CASE("io_shard: gathered sockets wait as long as a pass was long, but what is urgent goes at once") {
  two_shards shards;
  /// Takes its time, as a socket of a large audience does.
  struct slow_probe final : flushable {
    void flush() override {
      std::this_thread::sleep_for(cost);
      flushed.push_back(timer_wheel::clock::now());
    }
    // The rest that follows is long enough for a machine that pauses.
    std::chrono::milliseconds cost{30};
    std::vector<timer_wheel::time_point> flushed;
  } audience;
  probe urgent;
  std::size_t nodes = 1;
  SUBCASE("all of the audience") {}
  SUBCASE("a third of it, the others on other nodes") { nodes = 3; }
  shards.on(0, [&](io_shard& shard) {
    shard.set_max_gathering(std::chrono::seconds{1});
    shard.set_gathering_nodes(nodes);
    shard.mark(audience, pace::gathered);
  });
  std::atomic<std::size_t> flushed_then{99};
  shards.on(0, [&](io_shard& shard) { shard.mark(audience, pace::gathered); });
  shards.on(0, [&](io_shard& shard) { shard.mark(urgent); });
  shards.on(0, [&](io_shard&) { flushed_then = audience.flushed.size(); });
  CHECK(urgent.flushes.size() == 1);
  CHECK(flushed_then == 1);
  while (true) {
    std::size_t count = 0;
    shards.on(0, [&](io_shard&) { count = audience.flushed.size(); });
    if (count == 2) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  CHECK(audience.flushed[1] - audience.flushed[0] >= nodes * io_shard::gathering_rest * audience.cost);
}

TEST_CASE("io_shard: a gathered socket that becomes urgent is flushed once, and at once") {
  two_shards shards;
  probe first;
  probe socket;
  shards.on(0, [&](io_shard& shard) {
    shard.set_max_gathering(std::chrono::hours{1});
    shard.mark(first, pace::gathered);
  });
  shards.on(0, [&](io_shard& shard) {
    shard.mark(socket, pace::gathered);
    shard.mark(socket);
  });
  shards.on(0, [](io_shard&) {});
  CHECK(socket.flushes.size() == 1);
}

TEST_CASE("io_shard: enough frames for the gathered sockets end the waiting") {
  two_shards shards;
  probe socket;
  shards.on(0, [&](io_shard& shard) {
    shard.set_max_gathering(std::chrono::hours{1});
    shard.mark(socket, pace::gathered);
  });
  shards.on(0, [&](io_shard& shard) {
    for (std::size_t frame = 0; frame < io_shard::enough_gathered; ++frame) shard.mark(socket, pace::gathered);
  });
  shards.on(0, [](io_shard&) {});
  CHECK(socket.flushes.size() == 2);
}
