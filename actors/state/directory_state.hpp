// The users who are online, on all nodes, as this node knows. Pure; owned by the directory actor. Ordered by arrival,
// as lists show them. Invariant: a user is here as long as the node that was last heard of as their home does not say
// otherwise; what an earlier home says late changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "actors/state/ownership.hpp"
#include "protocol/domain/events.hpp"

namespace parley {

class directory_state {
 public:
  /// `home`: the node of the user's presence. False when the user was here before, wherever.
  bool arrive(participant user, std::uint32_t home);
  /// Keeps the user's place among the others. Returns how the user was shown until now; nobody where that stays.
  participant change(participant user, std::uint32_t home);
  /// False when the user is not here, or is at home elsewhere by now.
  bool depart(const user_id& user, std::uint32_t home);
  void forget(const user_id& user);

  bool has(const user_id& user) const { return by_id_.contains(user); }
  std::size_t count() const { return users_.size(); }
  /// Those at home on that node.
  std::vector<participant> of(std::uint32_t home) const;
  /// Those whose home is no longer where their presence must be: a home to be told of again, or else they are gone.
  std::vector<participant> orphans(const ownership& nodes) const;
  /// The first `most` of them.
  event::users_listed list(std::size_t most) const;
  /// Times of connecting are told of the first `most`.
  event::users_summarized summarize(std::size_t most) const;

 private:
  struct entry {
    participant user;
    std::uint32_t home;
  };

  std::list<entry> users_;
  boost::unordered_flat_map<user_id, std::list<entry>::iterator, std::hash<user_id>> by_id_;
};

}  // namespace parley
