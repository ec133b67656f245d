// A user's telephone line: one call at a time. Pure; owned by the presence actor of each end. Invariant: a line is busy
// from the first offer until a hangup, or until nobody answered; an end that is told nothing more frees itself. A call
// is known by its conversation and id, and ended by whom it began with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/domain/commands.hpp"

namespace parley {

class call_line {
 public:
  enum class verdict {
    ring,      // an offer came in: let it ring
    busy,      // an offer came in during another call
    relay,     // a step of a call: pass it on to the sessions
    called,    // an offer went out
    answered,  // what rang here was answered here
    declined,  // what rang here was refused here
    note,      // another step that went out, or none of this line's: nothing to say
  };
  /// Which end of a call nobody answered this was.
  enum class lapse { none, callee, caller };

  /// As both ends know it.
  struct call {
    conversation_id in;
    std::string id;
    bool operator==(const call&) const = default;
  };

  /// `peer`: who is at the other end of this step; several may be in a call.
  verdict take(command::call_step step, const call& of, const user_id& peer, bool incoming);

  /// The time of that round is over: the line is free then, if the call was not answered.
  lapse unanswered(std::uint64_t round);

  /// Whatever the call.
  void free();

  /// A new one with each offer that lets it ring or goes out.
  std::uint64_t round() const { return round_; }
  bool busy() const { return call_.has_value(); }
  bool is_in(const call& which) const { return call_ == which; }

 private:
  void begin(const call& of, const user_id& peer);

  std::optional<call> call_;
  user_id with_;          // whom it began with
  bool ringing_ = false;  // here
  bool calling_ = false;  // there
  std::uint64_t round_ = 0;
};

}  // namespace parley
