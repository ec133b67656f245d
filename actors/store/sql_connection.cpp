#include "actors/store/sql_connection.hpp"

#include <chrono>
#include <sys/socket.h>
#include <thread>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "actors/store/postgresql_address.hpp"

namespace parley {
namespace {

constexpr std::string_view sqlite_prefix = "sqlite:";

std::string sqlite_parameters(std::string_view where) {
  if (where.starts_with(sqlite_prefix)) where.remove_prefix(sqlite_prefix.size());
  // Quoted: SOCI takes a path with `=` in it for a list of parameters, otherwise.
  return "dbname=\"" + std::string{where} + "\"";
}

store_failure::kind kind_of(const soci::soci_error& what) {
  bool conflict = what.get_error_category() == soci::soci_error::constraint_violation;
  // SOCI gives SQLite's errors no category. The low byte is the primary code, what is above it says more.
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&what))
    conflict = (sqlite->result() & 0xff) == SQLITE_CONSTRAINT;
  return conflict ? store_failure::kind::conflict : store_failure::kind::unavailable;
}

/// Class 08, the server ends it (57P01 and the like; 25P03 idled in a transaction), or no word from the server at all.
bool ends_connection(const soci::soci_error& what) {
  const auto* error = dynamic_cast<const soci::postgresql_soci_error*>(&what);
  if (error == nullptr) return false;
  const std::string state = error->sqlstate();
  return state.starts_with("08") || state.starts_with("57P") || state == "25P03" || state == "     ";
}

bool any(const session_terms& terms) { return terms.idle_in_transaction.count() > 0 || terms.lock.count() > 0; }

// By a static cast that nothing checks: SOCI keeps its types' information to itself.
__attribute__((no_sanitize("vptr"))) const PGconn* connection_of(soci::session& session) {
  const auto* backend = static_cast<soci::postgresql_session_backend*>(session.get_backend());
  return backend != nullptr ? backend->conn_ : nullptr;
}

// Several that change a new database to WAL at once would lock each other out: then SQLite says so at once, without
// waiting.
void change_to_wal(soci::session& database) {
  constexpr int tries = 200;
  constexpr std::chrono::milliseconds pause{10};
  for (int at = 1;; ++at) {
    try {
      database << "pragma journal_mode=WAL";
      return;
    } catch (const soci::soci_error&) {
      if (at == tries) throw;
      std::this_thread::sleep_for(pause);
    }
  }
}

}  // namespace

sql_connection::sql_connection(const std::string& where, access mode, session_terms terms)
    : where_{where}, mode_{mode}, terms_{terms}, is_postgresql_{names_postgresql(where)} {
  if (is_postgresql_) {
    where_ = give_up_early(where);
    require_readable(where_);
  }
  reconnect();
}

sql_connection::~sql_connection() { hang_up(); }

// A statement that goes tells the server so and waits for its answer, which may be long in coming. Without a connection
// it does not; and to a server that is there, the end of the session is the end of its statements.
void sql_connection::hang_up() {
  if (is_postgresql_ && session_)
    if (const auto* open = connection_of(*session_)) ::shutdown(PQsocket(open), SHUT_RDWR);
  statements_.clear();
  session_.reset();
}

void sql_connection::begin() {
  const bool reads = mode_ == access::read_only;
  // A writer on SQLite takes its lock at once: one that reads first could find the database changed under it when it
  // comes to write, and waiting would not help.
  if (is_postgresql_)
    execute(reads ? "begin read only" : "begin");
  else
    execute(reads ? "begin" : "begin immediate");
  in_transaction_ = true;
  failed_ = false;
}

void sql_connection::commit() {
  if (failed_) throw store_failure{store_failure::kind::unavailable, "a transaction that failed can't be committed"};
  execute("commit");
  in_transaction_ = false;
}

void sql_connection::rollback() noexcept {
  if (!in_transaction_) return;
  in_transaction_ = false;
  try {
    execute("rollback");
  } catch (...) {  // NOLINT(bugprone-empty-catch): a connection that is gone has rolled back.
  }
}

void sql_connection::reconnect() {
  hang_up();
  in_transaction_ = false;
  failed_ = false;
  lost_ = false;
  try {
    open_session();
    configure_session();
  } catch (const soci::soci_error& error) {
    session_.reset();
    fail(error);
  }
}

void sql_connection::execute(const std::string& text) {
  try {
    session() << text;
  } catch (const soci::soci_error& error) {
    fail(error);
  }
}

void sql_connection::refuse(const std::string& why, store_failure::kind what) {
  failed_ = true;
  throw store_failure{what, why};
}

soci::session& sql_connection::session() {
  if (!session_) throw store_failure{store_failure::kind::unavailable, "there is no connection to the database"};
  return *session_;
}

void sql_connection::open_session() {
  session_ = is_postgresql_ ? std::make_unique<soci::session>(*soci::factory_postgresql(), with_parameters(where_))
                            : std::make_unique<soci::session>(*soci::factory_sqlite3(), sqlite_parameters(where_));
}

void sql_connection::configure_session() {
  if (is_postgresql_)
    configure_postgresql();
  else
    configure_sqlite();
}

void sql_connection::configure_postgresql() {
  auto& to = *session_;
  to << "set client_encoding to 'UTF8'";
  // Notices would be printed on the standard error output.
  to << "set client_min_messages to warning";
  // Pages and counts stop early on their way along an index. The planner, where it thinks that few rows match, would
  // rather look at all of them and sort.
  to << "set enable_bitmapscan to off";
  to << "set enable_seqscan to off";
  to << "set jit to off";  // Compiling takes longer than any of these statements.
  if (!any(terms_)) return;
  // Who has waited for a lock must see what its holder did, whatever the server's default.
  to << "set default_transaction_isolation to 'read committed'";
  const auto set = [&to](const std::string& what, std::chrono::milliseconds limit) {
    if (limit.count() > 0) to << "set " + what + " to " + std::to_string(limit.count());
  };
  set("idle_in_transaction_session_timeout", terms_.idle_in_transaction);
  set("lock_timeout", terms_.lock);
}

void sql_connection::configure_sqlite() {
  auto& to = *session_;
  to << "pragma busy_timeout=2000";  // First: changing to WAL may have to wait, too.
  to << "pragma foreign_keys=off";
  to << "pragma cache_size=-20000";
  if (mode_ == access::read_only) {
    to << "pragma query_only=on";
    return;
  }
  change_to_wal(to);
  to << "pragma synchronous=FULL";
}

void sql_connection::fail(const soci::soci_error& what) {
  failed_ = true;
  lost_ = lost_ || ends_connection(what);
  // Not what(): that tells the parameters, which are what users wrote.
  throw store_failure{kind_of(what), what.get_error_message()};
}

}  // namespace parley
