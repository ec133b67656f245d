// A PostgreSQL server of the test program's own: started when first needed, gone with the program.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace parley::test {

/// Speaks through a Unix socket only. Invariant: the process and the folder are this object's own and go with it; the
/// process goes with the program even where that crashes.
class postgres_server {
 public:
  /// The one of this program. Throws where none can be started.
  static postgres_server& instance();

  postgres_server(const postgres_server&) = delete;
  postgres_server& operator=(const postgres_server&) = delete;
  ~postgres_server();

  /// What to open. `schema`: where this connection's tables are, created by create_schema.
  std::string where(const std::string& schema) const;
  void create_schema(const std::string& schema) const;

 private:
  postgres_server();
  void start();
  void wait_until_ready() const;

  std::string folder_;
  pid_t process_ = -1;
};

}  // namespace parley::test
