// What a room knows: its members and how many of them each place has, a place being a shard of this node or another
// node. Pure; owned by the room actor. Invariant: `places()` holds exactly the places that have members.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/core.hpp"

namespace parley {

/// A session in a room; `label` as in command::join_room.
struct room_member {
  participant who;
  std::string label{};
};

class room_state {
 public:
  /// `self`: the number of this node.
  explicit room_state(std::uint32_t self = 0) : self_{self} {}

  /// False when the session was a member before.
  bool join(session_key who, room_member user);
  /// Shown so from now on, where it is a member.
  void update(session_key who, participant user);
  /// The member that left; nothing when it was none.
  std::optional<room_member> leave(session_key who);

  /// The member, or null.
  const room_member* find(session_key who) const;
  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }

  /// Every join that came, those of members too: what the registry's count is compared with.
  std::uint64_t joins_seen() const { return joins_seen_; }

  /// A session at each place → how many members there are at it.
  const std::map<session_key, std::size_t>& places() const { return places_; }
  /// Those whose node is gone.
  std::vector<session_key> beyond(const ownership& nodes) const;

 private:
  struct key_hash {
    std::size_t operator()(session_key key) const { return std::hash<std::uint64_t>{}(key.value + key.node); }
  };

  /// Stands for the place of a session.
  session_key place_of(session_key who) const {
    return session_key::make(who.node == self_ ? who.shard() : 0, 0, 0, who.node);
  }

  std::unordered_map<session_key, room_member, key_hash> members_;
  std::map<session_key, std::size_t> places_;
  std::uint32_t self_;
  std::uint64_t joins_seen_ = 0;
};

}  // namespace parley
