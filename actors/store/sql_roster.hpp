// Opens the roster that is kept in the PostgreSQL database which the nodes of a cluster share, beside what they store
// there. Used by the actor that looks after the members, on its own thread. Invariant: changes of the members follow
// one another, as each holds the one row of `cluster_view` while it is made.
#pragma once

#include <memory>
#include <string>

#include "actors/cluster/roster.hpp"
#include "actors/store/store.hpp"

namespace parley {

/// `where`: as for open_sql_store; brings the tables to this program's version. Throws store_failure: `conflict` where
/// it names no PostgreSQL server. Gives up after about two seconds where the database does not answer; once connected,
/// where its machine does not: a server that is merely stopped is waited for.
std::unique_ptr<roster> open_sql_roster(const std::string& where);

}  // namespace parley
