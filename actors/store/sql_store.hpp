// Opens the store that keeps everything in an SQL database: SQLite in a file, or a PostgreSQL server, with one
// implementation for both. Used by store actors, each with a connection of its own on its own thread. Invariant: a
// store that was opened for writing has brought the tables to this program's version, or found them there.
#pragma once

#include <cstdint>
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
/// For one run of a node in a cluster: `fence` is its number in the roster, or 0 for none. What it writes is refused as
/// `unavailable` once that run is no longer a member; taking it out waits for a transaction under way, which is lost
/// when it idles for a second. A `conflict` where `where` names no PostgreSQL server.
std::unique_ptr<store> open_sql_store(const std::string& where, access mode, std::uint32_t fence);

}  // namespace parley
