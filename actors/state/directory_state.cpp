#include "actors/state/directory_state.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley {

bool directory_state::arrive(participant user, std::uint32_t home) {
  const auto known = by_id_.find(user.who->id);
  if (known != by_id_.end()) {
    *known->second = {std::move(user), home};
    return false;
  }
  users_.push_back({std::move(user), home});
  by_id_.emplace(users_.back().user.who->id, std::prev(users_.end()));
  return true;
}

participant directory_state::change(participant user, std::uint32_t home) {
  const auto found = by_id_.find(user.who->id);
  if (found == by_id_.end() || found->second->home != home) return {};
  return std::exchange(found->second->user, std::move(user));
}

bool directory_state::depart(const user_id& user, std::uint32_t home) {
  const auto found = by_id_.find(user);
  if (found == by_id_.end() || found->second->home != home) return false;
  forget(user);
  return true;
}

void directory_state::forget(const user_id& user) {
  const auto gone = by_id_.find(user);
  if (gone == by_id_.end()) return;
  const auto place = gone->second;
  by_id_.erase(gone);
  users_.erase(place);
}

std::vector<participant> directory_state::of(std::uint32_t home) const {
  std::vector<participant> found;
  for (const auto& each : users_)
    if (each.home == home) found.push_back(each.user);
  return found;
}

std::vector<participant> directory_state::orphans(const ownership& nodes) const {
  std::vector<participant> found;
  for (const auto& each : users_)
    if (each.home != nodes.owner_of(each.user.who->id.str())) found.push_back(each.user);
  return found;
}

event::users_listed directory_state::list(std::size_t most) const {
  event::users_listed all;
  all.users.reserve(std::min(most, users_.size()));
  for (const auto& each : users_) {
    if (all.users.size() == most) break;
    all.users.push_back(each.user);
  }
  all.unlisted = users_.size() - all.users.size();
  return all;
}

event::users_summarized directory_state::summarize(std::size_t most) const {
  event::users_summarized all;
  all.total = users_.size();
  for (const auto& [user, home] : users_) {
    for (const auto& role : user.who->roles) ++all.by_role[role];
    if (all.connected_since.size() < most) all.connected_since.emplace(user.who->id.str(), user.connected_at);
  }
  return all;
}

}  // namespace parley
