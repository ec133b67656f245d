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
  if (step == call_step::offer && !busy()) {
    call_ = call;
    calling_ = true;
    ++round_;
    return verdict::called;
  }
  const bool rang = ringing_;
  if (step == call_step::answer && ours) ringing_ = calling_ = false;
  if (step == call_step::answer && ours && rang && !incoming) return verdict::answered;
  if (step == call_step::hangup && ours) free();
  return incoming ? verdict::relay : verdict::note;
}

call_line::lapse call_line::unanswered(std::uint64_t round) {
  if (round != round_ || !(ringing_ || calling_)) return lapse::none;
  const auto was = ringing_ ? lapse::callee : lapse::caller;
  free();
  return was;
}

void call_line::free() {
  call_.clear();
  ringing_ = calling_ = false;
}

}  // namespace parley
