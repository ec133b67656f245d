// Opens the store that keeps everything in an SQL database: SQLite in a file, or a PostgreSQL server, with one
// implementation for both. Used by store actors, each with a connection of its own on its own thread. Invariant: a
// store that was opened for writing has brought the tables to this program's version.
#pragma once

#include <memory>
#include <string>

#include "actors/store/store.hpp"

namespace parley {

/// `read_only`: several may be open beside the writer; they see what has been committed, change nothing and refuse a
/// database that no writer has prepared yet.
enum class access { read_write, read_only };

/// `where`: `postgresql://user@host:port/db?…` as libpq understands it, `sqlite:PATH`, or a bare path. Throws
/// store_failure: `unavailable` where it can't be opened, `conflict` where a newer program has changed the tables.
std::unique_ptr<store> open_sql_store(const std::string& where);
std::unique_ptr<store> open_sql_store(const std::string& where, access mode);

}  // namespace parley
