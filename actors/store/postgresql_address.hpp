// What can be told of a database from the text that names it, and what is added to that for a connection which must not
// wait for long. Pure functions, on any thread. Invariant: what the user wrote is kept and counts for more.
#pragma once

#include <string>
#include <string_view>

namespace parley {

/// Otherwise `where` is a file of SQLite's.
bool names_postgresql(std::string_view where);

/// What may be logged of the text that names a database: no password, and no parameters, of which one could be one.
std::string without_secrets(std::string_view where);

/// Throws store_failure, a `conflict`, unless `where` names a PostgreSQL server: only one can be shared by nodes.
void require_postgresql(std::string_view where);

/// Errors: store_failure (conflict) where libpq cannot read it. What is wrong is not told: it could be a secret.
void require_readable(const std::string& where);

/// As SOCI can take it: it makes `db=` of a URI's database where nothing else in the URI has a `=`.
std::string with_parameters(std::string_view uri);

/// With libpq's parameters that give up a server which does not answer for two seconds, also while connecting; those
/// that `where` has already stay. `where` is a URI or a list of `key=value`, both as libpq understands them.
std::string give_up_early(std::string_view where);

}  // namespace parley
