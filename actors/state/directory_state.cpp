#include "actors/state/directory_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley {

bool directory_state::arrive(participant user) {
  if (has(user.who->id)) return false;
  users_.push_back(std::move(user));
  by_id_.emplace(users_.back().who->id, std::prev(users_.end()));
  return true;
}

void directory_state::change(participant user) {
  const auto found = by_id_.find(user.who->id);
  if (found != by_id_.end()) *found->second = std::move(user);
}

bool directory_state::depart(const user_id& user) {
  const auto gone = by_id_.extract(user);
  if (!gone) return false;
  users_.erase(gone.mapped());
  return true;
}

event::users_listed directory_state::list(std::size_t most) const {
  const auto count = std::min(most, users_.size());
  const auto end = std::next(users_.begin(), static_cast<std::ptrdiff_t>(count));
  return {{users_.begin(), end}, users_.size() - count};
}

event::users_summarized directory_state::summarize(std::size_t most) const {
  event::users_summarized all;
  all.total = users_.size();
  for (const auto& user : users_) {
    for (const auto& role : user.who->roles) ++all.by_role[role];
    if (all.connected_since.size() < most) all.connected_since.emplace(user.who->id.str(), user.connected_at);
  }
  return all;
}

}  // namespace parley
