#include "actors/store/sql_store.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "actors/store/migrations.hpp"
#include "actors/store/postgresql_address.hpp"
#include "actors/store/sql_store_impl.hpp"

namespace parley {
namespace {

constexpr std::chrono::milliseconds no_limit{0};

}  // namespace

sql::integer sql::from_time(timestamp at) {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

timestamp sql::to_time(integer milliseconds) { return timestamp{std::chrono::milliseconds{milliseconds}}; }

sql::integer sql::from_number(std::uint64_t number) {
  return static_cast<integer>(std::min<std::uint64_t>(number, std::numeric_limits<integer>::max()));
}

sql_store::sql_store(const std::string& where, access mode, std::uint32_t fence)
    : fence_{fence}, sql_{where, mode, {.idle_in_transaction = fence != 0 ? cluster_idle_limit : no_limit}} {
  prepare_tables();
}

// The lock is compatible with the renewal of the lease, and keeps the row from being deleted: whoever takes this node
// out waits for this transaction, and none begins after.
void sql_store::begin() {
  sql_.begin();
  if (fence_ == 0 || sql_.mode() == access::read_only) return;
  const auto found = sql_.select<sql::integer>(
      "select number from cluster_nodes where number = :number and member = 1 for key share", fence_);
  if (found.empty()) sql_.refuse("this node is no longer a member of the cluster", store_failure::kind::unavailable);
}

void sql_store::reconnect() {
  sql_.reconnect();
  prepare_tables();
}

// Who has a fence has been enrolled, in tables of this version; to migrate them is no business of a node that is out.
void sql_store::prepare_tables() {
  if (sql_.mode() == access::read_only || fence_ != 0)
    require_migrated(sql_);
  else
    migrate(sql_);
}

std::unique_ptr<store> open_sql_store(const std::string& where) { return open_sql_store(where, access::read_write); }

std::unique_ptr<store> open_sql_store(const std::string& where, access mode) { return open_sql_store(where, mode, 0); }

std::unique_ptr<store> open_sql_store(const std::string& where, access mode, std::uint32_t fence) {
  if (fence != 0) require_postgresql(where);
  return std::make_unique<sql_store>(where, mode, fence);
}

}  // namespace parley
