// CAF's own clock, a thread that sleeps until the next delayed message is due, with two differences. It does not cancel
// timeouts where none was ever set: CAF cancels at the end of every actor, which would wake the clock's thread each
// time. And once it is stopped it takes nothing more: what nobody takes from its queue would hold on to its receiver,
// and CAF waits without end for actors with a thread of their own; a full queue would hold up whoever adds to it.
#pragma once

#include <atomic>
#include <thread>
#include <utility>

#include <caf/detail/thread_safe_actor_clock.hpp>

namespace parley::net {

class delay_clock final : public caf::detail::thread_safe_actor_clock {
 public:
  using super = caf::detail::thread_safe_actor_clock;

  void start() {
    thread_ = std::thread{[this] { run_dispatch_loop(); }};
  }

  /// Forgets what was not due. Nothing is taken any more, from any thread.
  void stop() {
    stopped_ = true;
    while (passing_ > 0) std::this_thread::yield();
    cancel_dispatch_loop();
    thread_.join();
    schedule_.clear();
    actor_lookup_.clear();
  }

  void set_ordinary_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override {
    used_ = true;
    pass([&] { super::set_ordinary_timeout(due, self, type, id); });
  }

  void set_request_timeout(time_point due, caf::abstract_actor* self, caf::message_id id) override {
    used_ = true;
    pass([&] { super::set_request_timeout(due, self, id); });
  }

  void set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override {
    used_ = true;
    pass([&] { super::set_multi_timeout(due, self, type, id); });
  }

  void cancel_timeouts(caf::abstract_actor* self) override {
    if (used_) pass([&] { super::cancel_timeouts(self); });
  }

  void schedule_message(time_point due, caf::strong_actor_ptr to, caf::mailbox_element_ptr what) override {
    pass([&] { super::schedule_message(due, std::move(to), std::move(what)); });
  }

 private:
  /// Before the end, or not at all: `stop` waits for those that have begun.
  template <class Push>
  void pass(Push push) {
    ++passing_;
    if (!stopped_) push();
    --passing_;
  }

  std::thread thread_;
  std::atomic<bool> used_{false};
  std::atomic<bool> stopped_{false};
  std::atomic<int> passing_{0};
};

}  // namespace parley::net
