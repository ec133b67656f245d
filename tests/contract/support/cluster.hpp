// What the tests of the roster and the fence share: members of a cluster, and looking at the server from beside.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include "actors/store/sql_roster.hpp"
#include "tests/contract/support/back_ends.hpp"

namespace parley::test {

inline constexpr std::chrono::milliseconds lease{60000};

inline std::uint32_t add_member(roster& to, const std::string& name) {
  const auto number = to.enroll(name, name + ":4000", lease);
  to.join(number);
  return number;
}

/// On a connection of its own, as somebody else's program would.
inline void execute(const postgresql_database& in, const std::string& text) {
  soci::session session{*soci::factory_postgresql(), in.where()};
  session << text;
}

inline void end_connections(const postgresql_database& in) {
  execute(in,
          "select pg_terminate_backend(pid) from pg_stat_activity"
          " where pid <> pg_backend_pid() and backend_type = 'client backend'");
}

/// Until somebody waits for another's lock. Throws where nobody does.
inline void wait_until_blocked(const postgresql_database& in) {
  soci::session session{*soci::factory_postgresql(), in.where()};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  int waiting = 0;
  while (waiting == 0) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error{"nobody waits for a lock"};
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    session << "select count(*) from pg_locks where not granted", soci::into(waiting);
  }
}

}  // namespace parley::test
