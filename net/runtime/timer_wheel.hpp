// A hashed timer wheel: one per shard, for heartbeats, timeouts and expiry of thousands of connections. Arming and
// cancelling cost a few list operations and no allocation. Used on the shard's thread only.
// Invariant: an armed timer sits in the slot of its deadline; a timer fires at or after its deadline, never before.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include <boost/intrusive/list.hpp>

namespace parley::net {

class timer_wheel {
 public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  static constexpr std::chrono::milliseconds tick_length{2};
  static constexpr std::size_t slot_count = 4096;

  using hook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct timer_tag>,
                                                boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  /// Derive from this to be told when time is up. Cancels itself when destroyed.
  class timer : public hook {
   public:
    timer() = default;
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    virtual ~timer() = default;

    /// Called on the shard's thread; may arm this timer again, and may destroy it.
    virtual void on_timer(time_point now) = 0;

    bool armed() const { return hook::is_linked(); }
    void cancel() {
      if (hook::is_linked()) hook::unlink();
    }

   private:
    friend class timer_wheel;
    std::uint64_t due_ = 0;
  };

  explicit timer_wheel(time_point start) : start_{start} {}

  /// Replaces an earlier deadline. Deadlines far ahead are rounded up, by at most 1/64 of the delay, so that
  /// those of many connections fall together.
  void arm(timer& which, time_point now, std::chrono::nanoseconds delay);

  /// Nobody waits any more.
  void clear();

  /// Fires what is due.
  void advance(time_point now);

  /// When advance() wants to be called next; may be early after a timer was cancelled or where one is more than a
  /// turn of the wheel away. Nothing when no timer is armed.
  std::optional<time_point> next() const {
    if (earliest_ == none) return std::nullopt;
    return start_ + tick_length * static_cast<std::int64_t>(earliest_);
  }

 private:
  using slot =
      boost::intrusive::list<timer, boost::intrusive::base_hook<hook>, boost::intrusive::constant_time_size<false>>;

  std::uint64_t tick_of(time_point when) const { return static_cast<std::uint64_t>((when - start_) / tick_length); }
  void fire_slot(slot& due_now, std::uint64_t latest, time_point now);
  void find_earliest();

  static constexpr std::uint64_t none = ~std::uint64_t{0};

  time_point start_;
  std::uint64_t current_ = 0;      // every tick up to this one has fired
  std::uint64_t earliest_ = none;  // no slot before this tick holds a timer
  std::array<slot, slot_count> slots_{};
};

}  // namespace parley::net
