#include "net/send_progress.hpp"

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace parley::net;
using namespace std::chrono_literals;

namespace {

/// A pair of sockets of which the first is full, as nobody reads the second.
struct full_socket {
  full_socket() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const std::string part(4096, 'x');
    while (::send(ends[0], part.data(), part.size(), MSG_NOSIGNAL) > 0) {
    }
  }
  ~full_socket() {
    for (const int end : ends) ::close(end);
  }
  void read_some() const {
    std::array<char, 8192> part{};
    REQUIRE(::read(ends[1], part.data(), part.size()) > 0);
  }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("send progress: a peer that takes nothing stalls") {
  const full_socket full;
  send_progress watched;
  const timer_wheel::time_point begun{1h};
  watched.begin(full.ends[0], begun);
  CHECK(watched.stalled(full.ends[0], begun) == 0ms);
  CHECK(watched.stalled(full.ends[0], begun + 5s) == 5s);
  CHECK(watched.stalled(full.ends[0], begun + 9s) == 9s);
}

TEST_CASE("send progress: a peer that takes a little, too little to make room, does not stall") {
  const full_socket full;
  send_progress watched;
  const timer_wheel::time_point begun{1h};
  watched.begin(full.ends[0], begun);
  full.read_some();
  CHECK(watched.stalled(full.ends[0], begun + 5s) == 0ms);
  CHECK(watched.stalled(full.ends[0], begun + 7s) == 2s);
  full.read_some();
  CHECK(watched.stalled(full.ends[0], begun + 9s) == 0ms);
}
