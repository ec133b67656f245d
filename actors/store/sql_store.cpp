#include "actors/store/sql_store.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "actors/store/migrations.hpp"
#include "actors/store/sql_store_impl.hpp"

namespace parley {

sql::integer sql::from_time(timestamp at) {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

timestamp sql::to_time(integer milliseconds) { return timestamp{std::chrono::milliseconds{milliseconds}}; }

sql::integer sql::from_number(std::uint64_t number) {
  return static_cast<integer>(std::min<std::uint64_t>(number, std::numeric_limits<integer>::max()));
}

sql_store::sql_store(const std::string& where, access mode) : sql_{where, mode} { prepare_tables(); }

void sql_store::reconnect() {
  sql_.reconnect();
  prepare_tables();
}

void sql_store::prepare_tables() {
  if (sql_.mode() == access::read_only)
    require_migrated(sql_);
  else
    migrate(sql_);
}

std::unique_ptr<store> open_sql_store(const std::string& where) { return open_sql_store(where, access::read_write); }

std::unique_ptr<store> open_sql_store(const std::string& where, access mode) {
  return std::make_unique<sql_store>(where, mode);
}

}  // namespace parley
