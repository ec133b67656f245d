// What waits while keys move: orders for those that came to this node, until all others have said what they had to.
// Pure; owned by a registry and by the directory. Invariant: what waits keeps its order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/state/ownership.hpp"

namespace parley {

/// What waits, at most; then all of it goes on in its order, and what follows waits no longer.
inline constexpr std::size_t max_held = 100'000;

template <class Order>
class settling {
 public:
  /// The members changed; `before`: who owned what until now. As often as it happens until all has settled.
  void begin(ownership before) { before_.push_back(std::move(before)); }
  bool under_way() const { return !before_.empty(); }

  /// Whether the key was another's, and is this node's now. A node that was no member owned nothing. What went away and
  /// came back was somebody else's meanwhile.
  bool came_here(std::string_view key) const {
    return std::any_of(before_.begin(), before_.end(),
                       [key](const ownership& each) { return each.view() == 0 || !each.owns(key); });
  }

  /// False when no more can wait.
  [[nodiscard]] bool hold(Order what) {
    held_.push_back(std::move(what));
    return held_.size() < max_held;
  }

  /// What waited, to be looked at anew: it may be another's by now.
  std::vector<Order> release() { return std::exchange(held_, {}); }

  /// Nothing needs to wait any longer. As above.
  std::vector<Order> finish() {
    before_.clear();
    return release();
  }

 private:
  std::vector<ownership> before_;
  std::vector<Order> held_;
};

}  // namespace parley
