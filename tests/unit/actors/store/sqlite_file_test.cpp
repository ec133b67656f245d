#include "actors/store/sqlite_file.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <unistd.h>

#include <doctest/doctest.h>

#include "actors/store/postgresql_address.hpp"

using namespace parley;
namespace fs = std::filesystem;

namespace {

/// A folder for the length of a test.
class with_folder {
 public:
  with_folder() : path_{fs::temp_directory_path() / ("parley-sqlite-" + std::to_string(::getpid()))} {
    fs::create_directory(path_);
  }
  ~with_folder() { fs::remove_all(path_); }
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

void write(const std::string& path, std::string_view text) { std::ofstream{path} << text; }

}  // namespace

TEST_CASE("sqlite file: it is locked once, by whatever name, until the lock goes") {
  const with_folder folder;
  const auto path = folder / "a.db";
  std::optional<sqlite_lock> held;
  if (auto lock = sqlite_lock::take(path)) held = *std::move(lock);
  REQUIRE(held);
  write(path, "");
  fs::create_symlink(path, folder / "link.db");
  for (const auto& name : {path, folder / "./a.db", folder / "link.db"}) {
    CAPTURE(name);
    const auto second = sqlite_lock::take(name);
    REQUIRE_FALSE(second);
    CHECK(second.failure().find(name) == 0);
    CHECK(second.failure().find(std::to_string(::getpid())) != std::string::npos);
  }
  CHECK(sqlite_lock::take(folder / "b.db"));
  held.reset();
  CHECK(sqlite_lock::take(path));
}

TEST_CASE("sqlite file: a lock that was moved is held once") {
  const with_folder folder;
  const auto path = folder / "a.db";
  auto lock = sqlite_lock::take(path);
  REQUIRE(lock);
  {
    const sqlite_lock moved{*std::move(lock)};
    CHECK_FALSE(sqlite_lock::take(path));
  }
  CHECK(sqlite_lock::take(path));
}

TEST_CASE("sqlite file: what cannot be a database is told, with its name") {
  const with_folder folder;
  write(folder / "letter.txt", "Dear Sir or Madam, I write to you as I am no database.");
  write(folder / "empty.db", "");
  CHECK_FALSE(check_sqlite_file(folder / "new.db"));
  CHECK_FALSE(check_sqlite_file(folder / "empty.db"));
  for (const char* wrong : {"letter.txt", ".", "no folder/new.db"}) {
    const auto path = folder / wrong;
    const auto said = check_sqlite_file(path);
    REQUIRE(said);
    CHECK(said->find(path) == 0);
  }
  CHECK_FALSE(fs::exists(folder / "new.db"));
  CHECK_FALSE(sqlite_lock::take(folder / "no folder/new.db"));
}

TEST_CASE("store: what is logged of its address has no secret in it") {
  CHECK(without_secrets("sqlite:parley.db") == "sqlite:parley.db");
  CHECK(without_secrets("postgresql://ann:secret@db.example:5432/p?password=secret") == "postgresql://db.example:5432");
  CHECK(without_secrets("postgresql://db/p") == "postgresql://db");
  CHECK(without_secrets("postgres:///p?host=/run/pg") == "postgres://");
  for (const auto* odd : {"postgresql://ann:sec/ret@db/p", "postgresql://ann:sec?ret@db/p", "postgresql://ann:secret",
                          "postgresql://ann:sec@ret@db/p", "postgresql://ann:secret#db"}) {
    CAPTURE(odd);
    CHECK(without_secrets(odd).find("ret") == std::string::npos);
  }
}
