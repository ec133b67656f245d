// Which node owns a key: rendezvous hashing over the members of the cluster. Pure, immutable, on every thread.
// Invariants: all nodes that know the same members name the same owner; when a node comes, keys move to it alone, and
// when it goes, its keys alone move.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

/// The same on every node and in every version; not for secrets.
std::uint64_t stable_hash(std::string_view text);

class ownership {
 public:
  struct member {
    std::uint32_t number = 0;
    std::string name;
  };

  /// A node on its own.
  ownership() = default;
  /// `view` rises with each change of the members; `self` is one of them.
  ownership(std::uint32_t self, std::uint64_t view, const std::vector<member>& members);

  std::uint32_t self() const { return self_; }
  std::uint64_t view() const { return view_; }
  /// Nobody else owns anything. (A node that leaves is not among the owners.)
  bool alone() const { return shares_.empty() || (shares_.size() == 1 && shares_.front().number == self_); }
  bool has(std::uint32_t node) const;
  /// The number of the owner.
  std::uint32_t owner_of(std::string_view key) const;
  bool owns(std::string_view key) const { return alone() || owner_of(key) == self_; }

 private:
  /// A node's part in the lottery: by its name, so that one that comes back gets its keys back.
  struct share {
    std::uint32_t number;
    std::uint64_t seed;
  };

  std::uint32_t self_ = 0;
  std::uint64_t view_ = 0;
  std::vector<share> shares_;
};

}  // namespace parley
