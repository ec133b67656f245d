// What a presence knows: the sessions of one user, and whether the user counts as online. Pure; owned by the presence
// actor. Invariant: a user is online from the first session until the grace after the last one has passed in full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/messages.hpp"

namespace parley {

class presence_state {
 public:
  /// `changed`: here already, but not as `user()` was until now.
  enum class arrival { came_online, changed, silent };

  /// A session that is here already brings a fresh token. `hears_private`: private messages are for it, too.
  arrival attach(session_key who, participant user, bool hears_private);

  /// `grace`: the round of the grace that begins, when that was the last session. `changed` as above.
  struct departure {
    std::optional<std::uint64_t> grace{};
    bool changed = false;
  };
  departure detach(session_key who, std::vector<topic_id> topics);

  /// Those whose node is gone.
  std::vector<session_key> beyond(const ownership& nodes) const;

  /// The grace of that round is over: true when the user is offline now.
  bool grace_over(std::uint64_t round);

  bool online() const { return online_; }
  const std::vector<session_key>& sessions() const { return sessions_; }
  /// Who the user is by the newest of the tokens here, and since when by the oldest session; or as the last one was.
  const participant& user() const { return user_; }
  bool hears_private() const { return private_listeners_ > 0; }
  /// The rooms of the last session.
  const std::vector<topic_id>& last_topics() const { return last_topics_; }
  std::uint64_t attaches_seen() const { return attaches_seen_; }

 private:
  /// Beside each session, as messages to all of them look at the sessions alone.
  struct bearer {
    participant user;
    bool hears_private = false;
  };

  /// The session's place; behind the last where it is not here.
  std::size_t find(session_key who) const;
  /// True when lists show the user otherwise than before.
  bool update_user();
  void drop(std::size_t index);

  std::vector<session_key> sessions_;  // by the age of their tokens
  std::vector<bearer> bearers_;
  std::size_t private_listeners_ = 0;
  participant user_;
  std::vector<topic_id> last_topics_;
  std::uint64_t round_ = 0;  // a new one whenever a session attaches: older graces are void
  std::uint64_t attaches_seen_ = 0;
  bool online_ = false;
};

}  // namespace parley
