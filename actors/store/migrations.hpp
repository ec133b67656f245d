// The tables of the SQL store, version by version. Run by sql_store when it opens or reconnects, before anything else.
// Invariant: a migration is done once and wholly, whichever processes start together; what was released is not changed
// but followed by another.
#pragma once

#include "actors/store/sql_connection.hpp"

namespace parley {

/// Brings the tables to the version this program knows. A newer version is a `conflict`.
void migrate(sql_connection& database);

/// Throws unless the tables have the version this program knows: `unavailable` where a writer has yet to migrate.
void require_migrated(sql_connection& database);

}  // namespace parley
