#include "actors/state/room_state.hpp"

namespace parley {

bool room_state::join(session_key who, room_member user) {
  ++joins_seen_;
  if (!members_.emplace(who, std::move(user)).second) return false;
  ++shards_[who.shard()];
  return true;
}

std::optional<room_member> room_state::leave(session_key who) {
  auto gone = members_.extract(who);
  if (!gone) return std::nullopt;
  const auto shard = shards_.find(who.shard());
  if (--shard->second == 0) shards_.erase(shard);
  return std::move(gone.mapped());
}

const room_member* room_state::find(session_key who) const {
  const auto found = members_.find(who);
  return found == members_.end() ? nullptr : &found->second;
}

}  // namespace parley
