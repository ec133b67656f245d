// The file of a SQLite database: whether it can be one, and whose it is. Two servers on one file would each believe
// that they alone number its messages, so the first holds a lock. On the main thread, before the store's actors.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/result.hpp"

namespace parley {

/// The file that `sqlite:FILE` names.
std::string sqlite_path(std::string_view where);

/// Nothing where the file can be opened, or made; else a sentence that names it. Changes nothing.
std::optional<std::string> check_sqlite_file(const std::string& path);

/// Held on `FILE.lock`, and not on the database itself: SQLite's own locks would be lost whenever the process closes a
/// descriptor of that file. The kernel gives it up with the process, however that ends; the file stays, and names who
/// held it last. Programs that only read the database are not kept out.
class sqlite_lock {
 public:
  /// The error is a sentence that names the file, and the process that holds it.
  static result<sqlite_lock, std::string> take(const std::string& path);

  sqlite_lock(sqlite_lock&& other) noexcept;
  sqlite_lock& operator=(sqlite_lock&& other) noexcept;
  sqlite_lock(const sqlite_lock&) = delete;
  sqlite_lock& operator=(const sqlite_lock&) = delete;
  ~sqlite_lock();

 private:
  explicit sqlite_lock(int file) : file_{file} {}

  int file_ = -1;
};

}  // namespace parley
