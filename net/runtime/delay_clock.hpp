// CAF's own clock, a thread that sleeps until the next delayed message is due, without its cancelling of timeouts where
// none was ever set. CAF cancels at the end of every actor; each time that would wake the clock's thread.
#pragma once

#include <atomic>

#include <caf/detail/thread_safe_actor_clock.hpp>

namespace parley::net {

class delay_clock final : public caf::detail::thread_safe_actor_clock {
 public:
  using super = caf::detail::thread_safe_actor_clock;

  void set_ordinary_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override {
    used_ = true;
    super::set_ordinary_timeout(due, self, type, id);
  }

  void set_request_timeout(time_point due, caf::abstract_actor* self, caf::message_id id) override {
    used_ = true;
    super::set_request_timeout(due, self, id);
  }

  void set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type, uint64_t id) override {
    used_ = true;
    super::set_multi_timeout(due, self, type, id);
  }

  void cancel_timeouts(caf::abstract_actor* self) override {
    if (used_) super::cancel_timeouts(self);
  }

 private:
  std::atomic<bool> used_{false};
};

}  // namespace parley::net
