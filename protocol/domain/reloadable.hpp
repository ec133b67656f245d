// A value that every thread reads without a lock, while one thread replaces it now and then: what an operator may
// change without a restart. Invariant: what `get` returned stays valid as long as the holder lives, so that whoever
// reads it may finish; former values are few, as an operator asks for each.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

namespace parley {

template <class Value>
class reloadable {
 public:
  explicit reloadable(Value first = {}) { set(std::move(first)); }
  reloadable(const reloadable&) = delete;
  reloadable& operator=(const reloadable&) = delete;

  const Value& get() const noexcept { return *current_.load(std::memory_order_acquire); }

  /// One thread at a time. Readers see the new value from their next `get` on.
  void set(Value next) {
    kept_.push_back(std::make_unique<const Value>(std::move(next)));
    current_.store(kept_.back().get(), std::memory_order_release);
  }

 private:
  std::vector<std::unique_ptr<const Value>> kept_;
  std::atomic<const Value*> current_{nullptr};
};

}  // namespace parley
