#include "net/reserved_address.hpp"

#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace parley::net;

namespace {

namespace fs = std::filesystem;

constexpr mode_t mode = 0640;

/// A folder for the length of a test.
struct folder {
  fs::path path = fs::temp_directory_path() / ("parley-listen-" + std::to_string(::getpid()));
  folder() { fs::create_directory(path); }
  ~folder() { fs::remove_all(path); }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  std::string socket() const { return (path / "p.sock").string(); }
  listen_address address() const { return {.path = socket()}; }
};

/// What a process that died leaves: a socket's file on which nobody listens.
void leave_socket(const std::string& path, bool listening, unique_fd& kept) {
  kept = unique_fd{::socket(AF_UNIX, SOCK_STREAM, 0)};
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  REQUIRE(::bind(kept.get(), reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(sizeof at)) == 0);
  if (listening) REQUIRE(::listen(kept.get(), 1) == 0);
}

bool says(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("reserved address: a socket's file is there while somebody listens, with its permissions, and no longer") {
  const folder own;
  {
    const auto reserved = reserved_address::reserve(own.address(), mode);
    REQUIRE(reserved);
    CHECK(reserved->url() == "unix:" + own.socket());
    CHECK_FALSE(fs::exists(own.socket()));
    {
      const auto listening = reserved->listen();
      REQUIRE(listening);
      struct stat found {};
      REQUIRE(::stat(own.socket().c_str(), &found) == 0);
      CHECK((found.st_mode & 0777) == mode);
    }
    CHECK_FALSE(fs::exists(own.socket()));
    CHECK(reserved->listen());
  }
  CHECK(fs::is_empty(own.path));
}

TEST_CASE("reserved address: a second server is refused, also before the first one listens") {
  const folder own;
  const auto first = reserved_address::reserve(own.address(), mode);
  REQUIRE(first);
  const auto second = reserved_address::reserve(own.address(), mode);
  REQUIRE_FALSE(second);
  CHECK(says(second.failure(), "unix:" + own.socket()));
  CHECK(says(second.failure(), "in use"));
  const auto listening = first->listen();
  CHECK(listening);
}

TEST_CASE("reserved address: a file that a dead process has left is replaced") {
  const folder own;
  {
    unique_fd dead;
    leave_socket(own.socket(), false, dead);
  }
  REQUIRE(fs::exists(own.socket()));
  const auto reserved = reserved_address::reserve(own.address(), mode);
  REQUIRE(reserved);
  CHECK(reserved->listen());
}

TEST_CASE("reserved address: neither a file of somebody who listens nor one that is no socket is replaced") {
  const folder own;
  {
    unique_fd alive;
    leave_socket(own.socket(), true, alive);
    const auto refused = reserved_address::reserve(own.address(), mode);
    REQUIRE_FALSE(refused);
    CHECK(says(refused.failure(), "in use"));
    CHECK(fs::exists(own.socket()));
  }
  fs::remove(own.socket());
  std::ofstream{own.socket()} << "mine";
  const auto refused = reserved_address::reserve(own.address(), mode);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.failure(), "no socket"));
  CHECK(fs::file_size(own.socket()) == 4);
}

TEST_CASE("reserved address: where no file can be made, the address is named") {
  const auto refused = reserved_address::reserve({.path = "/nowhere/p.sock"}, mode);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.failure(), "cannot listen on unix:/nowhere/p.sock"));
}

TEST_CASE("reserved address: of several, the one that cannot be had is named") {
  const auto held = reserved_address::reserve({.host = "127.0.0.1"}, mode);
  REQUIRE(held);
  const auto listening = held->listen();
  REQUIRE(listening);
  const auto refused = reserved_address::reserve({{.host = "127.0.0.1"}, held->where()}, mode);
  REQUIRE_FALSE(refused);
  CHECK(says(refused.failure(), "cannot listen on " + held->where().text()));
  const auto both = reserved_address::reserve({{.host = "127.0.0.1"}, {.host = "127.0.0.1"}}, mode);
  REQUIRE(both);
  CHECK(both->size() == 2);
  CHECK((*both)[0].where().port != (*both)[1].where().port);
}
