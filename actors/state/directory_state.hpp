// The users who are online on this node. Pure; owned by the directory actor. Ordered by arrival, as lists show them.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <vector>

#include "protocol/domain/events.hpp"

namespace parley {

class directory_state {
 public:
  /// False when the user was here before.
  bool arrive(participant user);
  /// Keeps the user's place among the others.
  void change(participant user);
  bool depart(const user_id& user);

  bool has(const user_id& user) const { return by_id_.contains(user); }
  std::size_t count() const { return users_.size(); }
  /// The first `most` of them.
  event::users_listed list(std::size_t most) const;
  /// Times of connecting are told of the first `most`.
  event::users_summarized summarize(std::size_t most) const;

 private:
  std::list<participant> users_;
  std::unordered_map<user_id, std::list<participant>::iterator> by_id_;
};

}  // namespace parley
