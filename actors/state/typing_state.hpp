// Who is typing in a conversation. Pure; owned by the conversation actor. Invariant: a typing state ends by itself a
// while after its last start, so an indicator never sticks.
#pragma once

#include <chrono>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/core.hpp"

namespace parley {

class typing_state {
 public:
  using duration = std::chrono::milliseconds;

  /// `expiry`: how long after its last start a typing state ends; `repeat`: starts within this are not told again.
  typing_state(duration expiry, duration repeat) : expiry_{expiry}, repeat_{repeat} {}

  /// True when the others are to be told.
  bool start(const participant& who, session_key in, timestamp now);
  /// Who it was, when they were typing.
  std::optional<participant> stop(const user_id& who);
  /// That session is gone: who was typing in it and in no other.
  std::optional<participant> leave(session_key in);
  /// Those whose time is over; they are typing no longer.
  std::vector<participant> expire(timestamp now);
  /// When the next one's time is over.
  std::optional<timestamp> next() const;
  bool empty() const { return typing_.empty(); }

 private:
  struct entry {
    participant who;
    std::vector<session_key> sessions;
    timestamp started;
    timestamp told;
  };

  duration expiry_;
  duration repeat_;
  std::unordered_map<user_id, entry> typing_;
};

}  // namespace parley
