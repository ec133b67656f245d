// What a presence knows: the sessions of one user, and whether the user counts as online. Pure; owned by the presence
// actor. Invariant: a user is online from the first session until the grace after the last one has passed in full.
#pragma once

#include <cstdint>
#include <vector>

#include "actors/messages.hpp"

namespace parley {

class presence_state {
 public:
  enum class arrival { came_online, silent };

  arrival attach(session_ref who, participant user);

  /// The round of the grace that begins when that was the last session; nothing otherwise.
  std::optional<std::uint64_t> detach(session_key who, std::vector<topic_id> topics);

  /// The grace of that round is over: true when the user is offline now.
  bool grace_over(std::uint64_t round);

  bool online() const { return online_; }
  const std::vector<session_ref>& sessions() const { return sessions_; }
  /// As of the user's first session that is here, or of the last one that was.
  const participant& user() const { return user_; }
  /// The rooms of the last session.
  const std::vector<topic_id>& last_topics() const { return last_topics_; }
  std::uint64_t attaches_seen() const { return attaches_seen_; }

 private:
  std::vector<session_ref> sessions_;
  participant user_;
  std::vector<topic_id> last_topics_;
  std::uint64_t round_ = 0;  // a new one whenever a session attaches: older graces are void
  std::uint64_t attaches_seen_ = 0;
  bool online_ = false;
};

}  // namespace parley
