// What a room knows: its members and how many of them each shard has. Pure; owned by the room actor.
// Invariant: `shards()` holds exactly the shards that have members.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

#include "actors/core.hpp"

namespace parley {

/// A session in a room; `label` as in command::join_room.
struct room_member {
  participant who;
  std::string label{};
};

class room_state {
 public:
  /// False when the session was a member before.
  bool join(session_key who, room_member user);
  /// The member that left; nothing when it was none.
  std::optional<room_member> leave(session_key who);

  /// The member, or null.
  const room_member* find(session_key who) const;
  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }

  /// Every join that came, those of members too: what the registry's count is compared with.
  std::uint64_t joins_seen() const { return joins_seen_; }

  /// Shard → its number of members.
  const std::map<std::uint8_t, std::size_t>& shards() const { return shards_; }

 private:
  struct key_hash {
    std::size_t operator()(session_key key) const { return std::hash<std::uint64_t>{}(key.value); }
  };

  std::unordered_map<session_key, room_member, key_hash> members_;
  std::map<std::uint8_t, std::size_t> shards_;
  std::uint64_t joins_seen_ = 0;
};

}  // namespace parley
