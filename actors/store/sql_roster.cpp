#include "actors/store/sql_roster.hpp"

#include <string>
#include <tuple>
#include <vector>

#include "actors/store/migrations.hpp"
#include "actors/store/postgresql_address.hpp"
#include "actors/store/sql_connection.hpp"

namespace parley {
namespace {

using integer = sql_connection::integer;

/// Longer than a transaction may idle: whom a frozen process holds up gets through at the first try.
constexpr session_terms roster_terms{.idle_in_transaction = cluster_idle_limit,
                                     .lock = std::chrono::milliseconds{1500}};

/// An enrolled node that stays away this many times its lease will not come.
constexpr integer leases_until_dropped = 10;

// One clock for all. Leases only say how long to wait for a node: what keeps it out is the lock on its row.
const std::string now = "cast(floor(extract(epoch from clock_timestamp()) * 1000) as bigint)";
const std::string renew_lease = "update cluster_nodes set renewed = " + now + " where number = :number";
const std::string drop_absent = "delete from cluster_nodes where member = 0 and renewed < " + now + " - :age";
const std::string insert_node =
    "insert into cluster_nodes (number, name, address, member, renewed)"
    " values (:number, :name, :address, 0, " +
    now + ")";
const std::string delete_node =
    "delete from cluster_nodes where number = :number"
    " and (cast(:anyway as bigint) = 1 or renewed < " +
    now + " - :lease) returning member";

const std::string select_renewed =
    "select renewed from cluster_nodes where name = :name and renewed >= " + now + " - :lease order by number desc";

const std::string live_members =
    "select number from cluster_nodes where member = 1 and renewed >= " + now + " - :lease";

/// A node that is no member takes out those whom nobody has heard of for this many leases, if that is all of them.
constexpr int outsiders_patience = 4;

/// Both in one statement, which sees one moment.
constexpr const char* select_view =
    "select v.number, coalesce(n.number, 0), coalesce(n.name, ''), coalesce(n.address, ''), coalesce(n.member, 0)"
    " from cluster_view v left join cluster_nodes n on true where v.id = 1 order by n.number";

class sql_roster final : public roster {
 public:
  explicit sql_roster(const std::string& where) : sql_{where, access::read_write, roster_terms} { migrate(sql_); }

  std::optional<std::int64_t> last_renewed(const std::string& name, std::chrono::milliseconds lease) override;
  std::uint32_t enroll(const std::string& name, const std::string& address, std::chrono::milliseconds lease) override;
  cluster_view join(std::uint32_t number) override;
  cluster_view renew(std::uint32_t number) override;
  cluster_view exclude(const exclusion& what) override;
  cluster_view leave(std::uint32_t number) override;

 private:
  /// A connection may have been lost while nothing was asked of it. To do any of this twice is as good as once.
  template <class Work>
  auto attempt(Work work);
  /// `change` returns whether the members changed; it is alone in changing them.
  template <class Change>
  cluster_view transact(Change change);
  cluster_view read_view();
  bool is_member(std::uint32_t number);
  bool is_enrolled(std::uint32_t number);
  /// No member has renewed its lease for so long.
  bool all_silent(std::chrono::milliseconds lease);
  /// Returns whether it was a member and is no longer. `anyway`: whatever its lease.
  bool remove(std::uint32_t number, bool anyway, std::chrono::milliseconds lease);

  sql_connection sql_;
};

template <class Work>
auto sql_roster::attempt(Work work) {
  try {
    return work();
  } catch (const store_failure&) {
    sql_.rollback();
    if (!sql_.lost()) throw;
  }
  sql_.reconnect();
  try {
    return work();
  } catch (const store_failure&) {
    sql_.rollback();
    throw;
  }
}

template <class Change>
cluster_view sql_roster::transact(Change change) {
  return attempt([&] {
    sql_.begin();
    sql_.select<integer>("select number from cluster_view where id = 1 for update");
    if (change()) sql_.change("update cluster_view set number = number + 1 where id = 1");
    auto after = read_view();
    sql_.commit();
    return after;
  });
}

cluster_view sql_roster::read_view() {
  cluster_view found;
  for (const auto& [view, number, name, address, member] :
       sql_.select<integer, integer, std::string, std::string, integer>(select_view)) {
    found.number = static_cast<std::uint64_t>(view);
    if (number != 0) found.nodes.push_back({static_cast<std::uint32_t>(number), name, address, member != 0});
  }
  return found;
}

bool sql_roster::is_member(std::uint32_t number) {
  return !sql_.select<integer>("select number from cluster_nodes where number = :number and member = 1",
                               integer{number})
              .empty();
}

bool sql_roster::is_enrolled(std::uint32_t number) {
  return !sql_.select<integer>("select number from cluster_nodes where number = :number", integer{number}).empty();
}

bool sql_roster::all_silent(std::chrono::milliseconds lease) {
  return sql_.select<integer>(live_members, integer{lease.count()}).empty();
}

/// Whether there are members among the rows that were deleted, each with its `member`.
bool any_member(const std::vector<std::tuple<integer>>& deleted) {
  for (const auto& [member] : deleted)
    if (member != 0) return true;
  return false;
}

std::optional<std::int64_t> sql_roster::last_renewed(const std::string& name, std::chrono::milliseconds lease) {
  const auto found = attempt([&] { return sql_.select<integer>(select_renewed, name, integer{lease.count()}); });
  return found.empty() ? std::nullopt : std::optional<std::int64_t>{std::get<0>(found.front())};
}

std::uint32_t sql_roster::enroll(const std::string& name, const std::string& address, std::chrono::milliseconds lease) {
  integer number = 0;
  transact([&] {
    number = std::get<0>(
        sql_.select<integer>("update cluster_view set last_node = last_node + 1 where id = 1 returning last_node")
            .at(0));
    const bool was_member =
        any_member(sql_.select<integer>("delete from cluster_nodes where name = :name returning member", name));
    sql_.change(drop_absent, integer{lease.count()} * leases_until_dropped);
    sql_.change(insert_node, number, name, address);
    return was_member;
  });
  return static_cast<std::uint32_t>(number);
}

cluster_view sql_roster::join(std::uint32_t number) {
  return transact([&] {
    return sql_.change("update cluster_nodes set member = 1 where number = :number and member = 0", integer{number}) >
           0;
  });
}

// Outside a transaction: neither statement needs the other, and the lease is to hold whatever becomes of reading.
cluster_view sql_roster::renew(std::uint32_t number) {
  return attempt([&] {
    sql_.change(renew_lease, integer{number});
    return read_view();
  });
}

// Waits while the node has a transaction under way, then looks at the lease again: renewed meanwhile, it holds.
bool sql_roster::remove(std::uint32_t number, bool anyway, std::chrono::milliseconds lease) {
  return any_member(
      sql_.select<integer>(delete_node, integer{number}, integer{anyway ? 1 : 0}, integer{lease.count()}));
}

cluster_view sql_roster::exclude(const exclusion& what) {
  return transact([&] {
    bool changed = false;
    const bool inside = is_member(what.by);
    const auto silence = inside ? what.lease : outsiders_patience * what.lease;
    if (!inside && !(is_enrolled(what.by) && all_silent(silence))) return changed;
    for (const auto number : what.gone) changed = remove(number, inside && what.quorum, silence) || changed;
    return changed;
  });
}

cluster_view sql_roster::leave(std::uint32_t number) {
  return transact([&] { return remove(number, true, {}); });
}

}  // namespace

std::unique_ptr<roster> open_sql_roster(const std::string& where) {
  require_postgresql(where);
  return std::make_unique<sql_roster>(where);
}

}  // namespace parley
