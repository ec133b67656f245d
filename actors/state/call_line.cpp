#include "actors/state/call_line.hpp"

namespace parley {

using command::call_step;

call_line::verdict call_line::take(call_step step, const call& of, const user_id& peer, bool incoming) {
  const bool ours = call_ == of;
  if (step == call_step::offer && incoming) {
    if (busy() && !ours) return verdict::busy;
    if (ours && !ringing_) return verdict::relay;  // a new offer within the call
    begin(of, peer);
    ringing_ = true;
    return verdict::ring;
  }
  if (step == call_step::offer && !busy()) {
    begin(of, peer);
    calling_ = true;
    return verdict::called;
  }
  const bool rang = ringing_;
  if (step == call_step::answer && ours) ringing_ = calling_ = false;
  if (step == call_step::answer && ours && rang && !incoming) return verdict::answered;
  if (step == call_step::hangup && ours && peer == with_) {
    free();
    if (rang && !incoming) return verdict::declined;
  }
  return incoming ? verdict::relay : verdict::note;
}

// Another offer of the same call comes from somebody who joins it.
void call_line::begin(const call& of, const user_id& peer) {
  if (call_ != of) with_ = peer;
  call_ = of;
  ++round_;
}

call_line::lapse call_line::unanswered(std::uint64_t round) {
  if (round != round_ || !(ringing_ || calling_)) return lapse::none;
  const auto was = ringing_ ? lapse::callee : lapse::caller;
  free();
  return was;
}

void call_line::free() {
  call_.reset();
  ringing_ = calling_ = false;
}

}  // namespace parley
