// What a node makes of what it sees of its cluster: whom the database counts as members, and who answers. Pure; owned
// by the steward. Invariants: a view is taken only when all its members answer, so that whoever owns a key can be
// reached; who is not in the database's view any more has no say, and says so (`out`).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/cluster/roster.hpp"

namespace parley {

class cluster_state {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  cluster_state(std::uint32_t self, std::string name, std::chrono::milliseconds patience)
      : self_{self}, name_{std::move(name)}, patience_{patience} {}

  /// What the database says. An older view than the one known changes nothing.
  void read(cluster_view view, time_point now);
  void came(std::uint32_t number) { answering_.insert_or_assign(number, true); }
  void went(std::uint32_t number) { answering_.insert_or_assign(number, false); }
  /// A member whose link broke while this node was one, too: what was under way may be lost, so one of the two has to
  /// begin anew, and must not be linked again before.
  bool is_broken(std::uint32_t number) const;
  /// This node goes by itself: being out is what it wants.
  void leave() { leaving_ = true; }

  /// What is to be done now.
  struct step {
    /// Whom to call: of two nodes, the one with the smaller name calls.
    std::vector<cluster_node> call;
    bool join = false;
    /// Members that do not answer, and whether those that do are half of all, at least: where two halves see each other
    /// no more, the first to tell the database stays.
    std::vector<std::uint32_t> exclude;
    bool quorum = false;
    /// The members are others than before, and all answer.
    bool take = false;
    /// This node was a member and is none any more.
    bool out = false;
  };
  step next(time_point now);

  /// Whether this node is a member by that view.
  bool counts(const cluster_view& view) const;
  const cluster_view& view() const { return view_; }
  std::vector<cluster_node> members() const;
  bool answers(std::uint32_t number) const;
  /// Nodes that are neither members nor enrolled any more.
  bool is_gone(std::uint32_t number) const;

 private:
  bool is_member(std::uint32_t number) const;
  bool gave_up_on(const cluster_node& member, time_point now) const;

  std::uint32_t self_;
  std::string name_;
  std::chrono::milliseconds patience_;
  cluster_view view_;
  std::uint64_t taken_ = 0;
  std::map<std::uint32_t, bool> answering_;  // false: it answered before
  std::map<std::uint32_t, time_point> seen_;
  bool was_member_ = false;
  bool was_enrolled_ = false;
  bool leaving_ = false;
};

}  // namespace parley
