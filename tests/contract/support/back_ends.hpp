// The databases on which every sentence of the contract is tested: each object is an empty one of its own.
#pragma once

#include <memory>
#include <string>

#include "actors/store/sql_store.hpp"
#include "actors/store/store.hpp"

namespace parley::test {

/// A file in a folder of its own.
class sqlite_database {
 public:
  sqlite_database();
  sqlite_database(const sqlite_database&) = delete;
  sqlite_database& operator=(const sqlite_database&) = delete;
  ~sqlite_database();

  std::string where() const { return "sqlite:" + folder_ + "/a = b.db"; }
  std::unique_ptr<store> open(access mode = access::read_write) const { return open_sql_store(where(), mode); }

 private:
  std::string folder_;
};

/// A schema in the test program's own server.
class postgresql_database {
 public:
  postgresql_database();

  std::string where() const;
  std::unique_ptr<store> open(access mode = access::read_write) const { return open_sql_store(where(), mode); }

 private:
  std::string schema_;
};

}  // namespace parley::test
