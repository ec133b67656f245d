// A user's telephone line: one call at a time. Pure; owned by the presence actor of each end. Invariant: a line is busy
// from the first offer until a hangup, or until nobody answered.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/domain/commands.hpp"

namespace parley {

class call_line {
 public:
  enum class verdict {
    ring,   // an offer came in: let it ring
    busy,   // an offer came in during another call
    relay,  // a step of a call: pass it on to the sessions
    note,   // a step that went out, or none of this line's: nothing to say
  };

  verdict take(command::call_step step, const std::string& call, bool incoming);

  /// The time of that round is over: true when the call was not answered; the line is free then.
  bool unanswered(std::uint64_t round);

  /// A new one with each offer that comes in.
  std::uint64_t round() const { return round_; }
  bool busy() const { return !call_.empty(); }

 private:
  std::string call_;
  bool ringing_ = false;
  std::uint64_t round_ = 0;
};

}  // namespace parley
