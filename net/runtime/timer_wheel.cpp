#include "net/runtime/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace parley::net {

void timer_wheel::arm(timer& which, time_point now, std::chrono::nanoseconds delay) {
  which.cancel();
  const auto ticks = static_cast<std::uint64_t>(std::max(delay, std::chrono::nanoseconds{0}) / tick_length);
  const auto grain = std::max<std::uint64_t>(1, std::bit_floor(ticks / 64));
  // One tick more than the division gives, as it rounds down and no timer may fire early.
  const auto earliest = tick_of(now) + ticks + 1;
  const auto due = (earliest + grain - 1) / grain * grain;
  which.due_ = std::max(due, current_ + 1);
  slots_[which.due_ % slot_count].push_back(which);
  earliest_ = std::min({earliest_, which.due_, current_ + slot_count});
}

void timer_wheel::clear() {
  for (auto& each : slots_) each.clear();
  earliest_ = none;
}

void timer_wheel::advance(time_point now) {
  const auto target = tick_of(now);
  if (target < earliest_) {
    current_ = std::max(current_, target);
    return;
  }
  // After a long pause one full turn visits every slot; more would visit them again.
  if (target - current_ > slot_count) current_ = target - slot_count;
  current_ = std::max(current_, std::min(earliest_, target) - 1);
  while (current_ < target) {
    ++current_;
    fire_slot(slots_[current_ % slot_count], target, now);
  }
  find_earliest();
}

void timer_wheel::fire_slot(slot& due_now, std::uint64_t latest, time_point now) {
  // Taken out first: a timer may arm itself again, or cancel another of this slot, while we walk.
  slot firing;
  firing.swap(due_now);
  while (!firing.empty()) {
    auto& which = firing.front();
    which.cancel();
    if (which.due_ <= latest)
      which.on_timer(now);
    else
      due_now.push_back(which);
  }
}

void timer_wheel::find_earliest() {
  earliest_ = none;
  for (auto tick = current_ + 1; tick <= current_ + slot_count; ++tick) {
    if (slots_[tick % slot_count].empty()) continue;
    earliest_ = tick;
    return;
  }
}

}  // namespace parley::net
