#include "actors/state/directory_state.hpp"

#include <algorithm>
#include <utility>

namespace parley {

bool directory_state::arrive(participant user) {
  if (has(user.who->id)) return false;
  users_.push_back(std::move(user));
  by_id_.emplace(users_.back().who->id, std::prev(users_.end()));
  return true;
}

bool directory_state::depart(const user_id& user) {
  const auto gone = by_id_.extract(user);
  if (!gone) return false;
  users_.erase(gone.mapped());
  return true;
}

std::size_t directory_state::count_role(std::string_view role) const {
  return static_cast<std::size_t>(std::count_if(users_.begin(), users_.end(),
                                                [role](const participant& user) { return user.who->has_role(role); }));
}

event::users_summarized directory_state::summarize() const {
  event::users_summarized all;
  all.total = users_.size();
  for (const auto& user : users_) {
    for (const auto& role : user.who->roles) ++all.by_role[role];
    all.connected_since.emplace(user.who->id.str(), user.connected_at);
  }
  return all;
}

}  // namespace parley
