#include "net/runtime/delay_clock.hpp"

#include <chrono>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/scoped_actor.hpp>
#include <doctest/doctest.h>

using namespace parley::net;
using namespace std::chrono_literals;

namespace {

struct timed {
  timed() : system{config}, receiver{system} { clock.start(); }

  void schedule(std::chrono::milliseconds after, int what) {
    clock.schedule_message(clock.now() + after, caf::actor_cast<caf::strong_actor_ptr>(receiver.ptr()),
                           caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, what));
  }
  std::size_t holders() { return caf::actor_cast<caf::strong_actor_ptr>(receiver.ptr())->strong_refs - 1; }

  caf::actor_system_config config;
  caf::actor_system system;
  caf::scoped_actor receiver;
  delay_clock clock;
};

}  // namespace

TEST_CASE_FIXTURE(timed, "delay clock: a message comes when it is due") {
  schedule(1ms, 7);
  receiver->receive([](int what) { CHECK(what == 7); });
  clock.stop();
}

TEST_CASE_FIXTURE(timed, "delay clock: once stopped it holds on to nobody, and holds up nobody") {
  const auto before = holders();
  schedule(1h, 1);
  clock.stop();
  CHECK(holders() == before);
  for (int more = 0; more < 1000; ++more) schedule(1ms, more);
  CHECK(holders() == before);
}
