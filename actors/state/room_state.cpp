#include "actors/state/room_state.hpp"

#include <algorithm>

namespace parley {

bool room_state::join(session_key who, room_member user) {
  ++joins_seen_;
  if (!members_.emplace(who, std::move(user)).second) return false;
  ++places_[place_of(who)];
  return true;
}

void room_state::update(session_key who, participant user) {
  const auto found = members_.find(who);
  if (found != members_.end()) found->second.who = std::move(user);
}

std::optional<room_member> room_state::leave(session_key who) {
  auto gone = members_.extract(who);
  if (!gone) return std::nullopt;
  const auto place = places_.find(place_of(who));
  if (--place->second == 0) places_.erase(place);
  return std::move(gone.mapped());
}

std::vector<session_key> room_state::beyond(const ownership& nodes) const {
  std::vector<session_key> gone;
  const bool any =
      std::any_of(places_.begin(), places_.end(), [&nodes](const auto& place) { return !nodes.has(place.first.node); });
  if (!any) return gone;
  for (const auto& [key, member] : members_)
    if (!nodes.has(key.node)) gone.push_back(key);
  return gone;
}

const room_member* room_state::find(session_key who) const {
  const auto found = members_.find(who);
  return found == members_.end() ? nullptr : &found->second;
}

}  // namespace parley
