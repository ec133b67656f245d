// The members of a conversation and how far each has got; which messages' statuses rise when somebody gets further.
// Pure; owned by the conversation actor. Invariant: positions, and so statuses, never go back.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "protocol/domain/model.hpp"

namespace parley {

/// What is needed of a message to tell of its status.
struct message_mark {
  sequence seq = 0;
  message_id id{};
  user_id sender{};
};

/// `by`: the last whom that waited for, on the way of the message to all.
struct status_change {
  message_mark what;
  message_status now = message_status::sent;
  person by{};
};

class receipts_state {
 public:
  /// Messages whose statuses are told from memory; older ones are read from the store.
  static constexpr std::size_t max_remembered = 64;

  void reset(std::vector<member> members);
  /// False when they were a member before.
  bool add(const person& who, sequence last);
  bool remove(const user_id& who);
  /// The same; returns the statuses that have risen as nobody waits for this member any more, as `apply` does.
  std::vector<status_change> remove(const user_id& who, const std::vector<message_mark>& others);

  /// How a member's id is written, now that the token has shown it.
  void learn(const person& who);

  bool has(const user_id& who) const { return members_.contains(who); }
  const member* find(const user_id& who) const;
  const std::map<user_id, member>& members() const { return members_; }

  /// What `who` becomes when everything up to `upto` has that status for them; nothing when that is no news.
  std::optional<member> raised(const user_id& who, message_status to, sequence upto) const;

  /// Takes over positions; returns the statuses that have risen by it, of the messages remembered and of `others`.
  std::vector<status_change> apply(const std::vector<member>& raised, const std::vector<message_mark>& others);

  void remember(message_mark what);
  /// Whether all messages after `seq` are remembered.
  bool remembers_after(sequence seq, sequence last) const;
  void forget() { remembered_ = {}; }

  /// The status of a message as of now.
  message_status status_of(sequence seq, const user_id& sender) const { return levels_now().status(seq, sender); }
  /// The lowest position of anyone: up to here all have read.
  sequence read_by_all() const { return levels_now().read.lowest; }

 private:
  /// How far everybody has got, and everybody but the one who is behind: so the sender of a message can be left out.
  struct level {
    sequence lowest = 0;
    sequence second = 0;
    const user_id* last = nullptr;
    sequence without(const user_id& who) const { return last != nullptr && *last == who ? second : lowest; }
  };
  struct levels {
    level delivered;
    level read;
    level joined_after;
    message_status status(sequence seq, const user_id& sender) const;
  };
  levels levels_now() const;
  /// A member who got further, and how far they had got before.
  struct step {
    const member& is;
    sequence delivered;
    sequence read;
  };
  static person who_raised(const status_change& risen, const std::vector<step>& steps);
  /// Those of the messages remembered and of `others` whose statuses are higher than they were.
  std::vector<status_change> risen_since(const levels& then, const std::vector<message_mark>& others);

  std::map<user_id, member> members_;
  std::vector<message_mark> remembered_;  // few: a deque would hold a page of memory while empty
};

}  // namespace parley
