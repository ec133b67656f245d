// One connection to one database with its prepared statements; the only place that knows SOCI. Beneath sql_store, on
// the thread of the store's actor. Invariant: no exception of SOCI leaves it (all become store_failure), and a
// transaction in which something failed cannot be committed, on either back end.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <soci/soci.h>

#include "actors/store/sql_store.hpp"
#include "actors/store/store.hpp"

namespace parley {

/// How long a session on PostgreSQL may keep others waiting, and wait itself; zero: as the server is configured.
struct session_terms {
  std::chrono::milliseconds idle_in_transaction{};
  std::chrono::milliseconds lock{};
};

/// Those who share a database in a cluster: one that was stopped amidst a transaction loses it, and others go on.
inline constexpr std::chrono::milliseconds cluster_idle_limit{1000};

class sql_connection {
 public:
  /// What the columns and parameters are, but for texts.
  using integer = long long;

  /// On PostgreSQL it gives up a server of which nothing is heard for two seconds.
  sql_connection(const std::string& where, access mode, session_terms terms = {});
  ~sql_connection();
  sql_connection(const sql_connection&) = delete;
  sql_connection& operator=(const sql_connection&) = delete;

  void begin();
  void commit();
  /// Does nothing outside a transaction.
  void rollback() noexcept;
  /// A new session; the old one's statements and transaction are gone. Throws where that fails.
  void reconnect();

  bool is_postgresql() const { return is_postgresql_; }
  /// Nothing can be done before reconnect().
  bool lost() const { return lost_ || !session_; }
  access mode() const { return mode_; }

  /// Anything without parameters and results, not prepared.
  void execute(const std::string& text);
  /// Returns how many rows it inserted, updated or deleted. The parameters (`:name`) are taken in order, so that each
  /// name appears once; a text has the same types each time. It is prepared when first seen.
  template <class... In>
  integer change(std::string_view text, const In&... in);
  /// All rows; parameters as above.
  template <class... Out, class... In>
  std::vector<std::tuple<Out...>> select(std::string_view text, const In&... in);

  /// Gives up on this transaction because of what was found in it.
  [[noreturn]] void refuse(const std::string& why, store_failure::kind what = store_failure::kind::conflict);

 private:
  struct prepared {
    virtual ~prepared() = default;
  };
  /// A statement and the variables that it is bound to: their addresses stay.
  template <class In, class Out>
  struct prepared_as final : prepared {
    prepared_as(soci::session& session, std::string_view text);
    In in{};
    Out out{};
    soci::statement statement;
  };

  template <class In, class Out>
  prepared_as<In, Out>& prepare(std::string_view text);
  soci::session& session();
  void hang_up();
  void open_session();
  void configure_session();
  void configure_postgresql();
  void configure_sqlite();
  [[noreturn]] void fail(const soci::soci_error& what);

  std::string where_;
  access mode_;
  session_terms terms_;
  bool is_postgresql_;
  bool in_transaction_ = false;
  /// Something in this transaction failed. PostgreSQL would then take `commit` for `rollback`, and say nothing.
  bool failed_ = false;
  bool lost_ = false;
  std::unique_ptr<soci::session> session_;
  /// After the session: statements go before it.
  std::map<std::string, std::unique_ptr<prepared>, std::less<>> statements_;
};

template <class In, class Out>
sql_connection::prepared_as<In, Out>::prepared_as(soci::session& session, std::string_view text) : statement{session} {
  statement.alloc();
  std::apply([this](auto&... values) { (statement.exchange(soci::use(values)), ...); }, in);
  std::apply([this](auto&... values) { (statement.exchange(soci::into(values)), ...); }, out);
  statement.prepare(std::string{text});
  statement.define_and_bind();
}

template <class In, class Out>
sql_connection::prepared_as<In, Out>& sql_connection::prepare(std::string_view text) {
  auto found = statements_.find(text);
  if (found == statements_.end())
    found = statements_.emplace(std::string{text}, std::make_unique<prepared_as<In, Out>>(session(), text)).first;
  return dynamic_cast<prepared_as<In, Out>&>(*found->second);
}

template <class... In>
sql_connection::integer sql_connection::change(std::string_view text, const In&... in) {
  try {
    auto& what = prepare<std::tuple<In...>, std::tuple<>>(text);
    what.in = std::tie(in...);
    what.statement.execute(true);
    return what.statement.get_affected_rows();
  } catch (const soci::soci_error& error) {
    fail(error);
  }
}

template <class... Out, class... In>
std::vector<std::tuple<Out...>> sql_connection::select(std::string_view text, const In&... in) {
  try {
    auto& what = prepare<std::tuple<In...>, std::tuple<Out...>>(text);
    what.in = std::tie(in...);
    std::vector<std::tuple<Out...>> rows;
    // To the end in any case: a statement that has rows left keeps SQLite's read lock.
    for (bool more = what.statement.execute(true); more; more = what.statement.fetch()) rows.push_back(what.out);
    return rows;
  } catch (const soci::soci_error& error) {
    fail(error);
  }
}

}  // namespace parley
