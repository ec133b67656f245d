#include "actors/state/presence_state.hpp"

#include <algorithm>
#include <utility>

namespace parley {

presence_state::arrival presence_state::attach(session_ref who, participant user) {
  ++attaches_seen_;
  ++round_;
  const auto known =
      std::find_if(sessions_.begin(), sessions_.end(), [&who](const session_ref& each) { return each.key == who.key; });
  if (known == sessions_.end()) sessions_.push_back(std::move(who));
  if (std::exchange(online_, true)) return arrival::silent;
  user_ = std::move(user);
  return arrival::came_online;
}

std::optional<std::uint64_t> presence_state::detach(session_key who, std::vector<topic_id> topics) {
  const auto gone = std::erase_if(sessions_, [who](const session_ref& each) { return each.key == who; });
  if (gone == 0 || !sessions_.empty()) return std::nullopt;
  last_topics_ = std::move(topics);
  return round_;
}

bool presence_state::grace_over(std::uint64_t round) {
  if (round != round_ || !sessions_.empty()) return false;
  return std::exchange(online_, false);
}

}  // namespace parley
