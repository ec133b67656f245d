#include "actors/state/call_line.hpp"

namespace parley {

using command::call_step;

call_line::verdict call_line::take(call_step step, const std::string& call, bool incoming) {
  const bool ours = call_ == call;
  if (step == call_step::offer && incoming) {
    if (busy() && !ours) return verdict::busy;
    if (ours && !ringing_) return verdict::relay;  // a new offer within the call
    call_ = call;
    ringing_ = true;
    ++round_;
    return verdict::ring;
  }
  if (step == call_step::offer && !busy()) call_ = call;
  if (step == call_step::answer && ours) ringing_ = false;
  if (step == call_step::hangup && ours) {
    call_.clear();
    ringing_ = false;
  }
  return incoming ? verdict::relay : verdict::note;
}

bool call_line::unanswered(std::uint64_t round) {
  if (round != round_ || !ringing_) return false;
  call_.clear();
  ringing_ = false;
  return true;
}

}  // namespace parley
