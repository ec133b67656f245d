#include "tests/contract/support/back_ends.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "tests/contract/support/postgres_server.hpp"

namespace parley::test {

sqlite_database::sqlite_database() {
  std::string pattern = (std::filesystem::temp_directory_path() / "parley-sqlite-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  folder_ = pattern;
}

sqlite_database::~sqlite_database() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

postgresql_database::postgresql_database() {
  static int made = 0;
  schema_ = "test_" + std::to_string(++made);
  postgres_server::instance().create_schema(schema_);
}

std::string postgresql_database::where() const { return postgres_server::instance().where(schema_); }

}  // namespace parley::test
