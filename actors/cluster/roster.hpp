// Which nodes are members of the cluster, as a synchronous contract: what they share arbitrates, so that all agree on
// it also while some can't reach each other. Used by one blocking actor, on its own thread. Invariant: views are
// totally ordered by their number, and two views with the same number have the same members.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

/// One run of a node in the cluster, as the database knows it.
struct cluster_node {
  std::uint32_t number = 0;  // names this run; never used again; > 0
  std::string name;          // of the node, the same over its restarts
  std::string address;       // host:port of its cluster listener, as others dial it
  bool member = false;       // owns keys; enrolled only, otherwise
};

/// Who is a member, agreed on by all through the database. `number` rises by one with each change of the members.
struct cluster_view {
  std::uint64_t number = 0;
  std::vector<cluster_node> nodes;  // members and those who are enrolled, by number
};

/// Whom a node wants out, and why it may: it reaches half of the members or more (`quorum`), or their leases have run
/// out.
struct exclusion {
  std::uint32_t by = 0;
  std::vector<std::uint32_t> gone;
  bool quorum = false;
  std::chrono::milliseconds lease{};
};

/// Each method is done wholly or not at all, and throws store_failure where the database can't be asked: it may have
/// been done nevertheless, and may be tried again.
class roster {
 public:
  virtual ~roster() = default;

  /// When a run of the node `name` renewed its lease last, by the database's clock: rises as long as one lives. Nothing
  /// where none has within `lease`.
  virtual std::optional<std::int64_t> last_renewed(const std::string& name, std::chrono::milliseconds lease) = 0;

  /// A new run of the node `name`; older runs of that name are taken out. Returns its number. Drops enrolled nodes, no
  /// members, whose lease ran out long ago: ten times `lease`.
  virtual std::uint32_t enroll(const std::string& name, const std::string& address,
                               std::chrono::milliseconds lease) = 0;
  /// Makes an enrolled node a member. A no-op for who is one; nothing changes where it is no longer enrolled.
  virtual cluster_view join(std::uint32_t number) = 0;
  /// Renews the lease (by the database's clock) and tells how things are now. Waits for nobody who changes the members,
  /// but for who is taking out this very node.
  virtual cluster_view renew(std::uint32_t number) = 0;
  /// Takes nodes out, those that may be taken out, if `by` is itself a member still; returns how things are then. A
  /// node may be taken out when `quorum`, or when its lease is older than `lease`. Who is only enrolled may when the
  /// leases of all members are older than four times that: they are gone, and would keep everybody else out. Waits for
  /// their transactions under way: whoever is not in the view that it returns commits nothing after.
  virtual cluster_view exclude(const exclusion& what) = 0;
  /// This node goes by itself.
  virtual cluster_view leave(std::uint32_t number) = 0;
};

}  // namespace parley
