#include "net/outbox.hpp"

#include <array>
#include <fcntl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace parley;
using net::outbox;

namespace {

dialects::frame_ptr frame(std::string bytes, dialects::urgency how = dialects::urgency::required) {
  return dialects::frame_ptr{new dialects::frame{std::move(bytes), how}};
}

/// A connected pair of sockets: ours to write to, theirs to read from.
struct socket_pair {
  socket_pair() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0);
    const int small = 4096;
    ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  ~socket_pair() {
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  std::string read_all() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = ::read(ends[1], part.data(), part.size())) > 0;)
      all.append(part.data(), static_cast<std::size_t>(got));
    return all;
  }
  std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("outbox: frames leave whole and in the order of their pushes") {
  const socket_pair sockets;
  outbox box{{}};
  REQUIRE(box.push(frame("one ")));
  REQUIRE(box.push(frame("two ")));
  REQUIRE(box.push(frame("three")));
  CHECK(box.bytes() == 13);
  CHECK(box.flush(sockets.ends[0]) == outbox::flushed::all);
  CHECK(sockets.read_all() == "one two three");
  CHECK(box.empty());
  CHECK(box.bytes() == 0);
}

TEST_CASE("outbox: more frames than fit into one system call leave all the same") {
  const socket_pair sockets;
  outbox box{{}};
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    expected += std::to_string(i) + ",";
    REQUIRE(box.push(frame(std::to_string(i) + ",")));
  }
  CHECK(box.flush(sockets.ends[0]) == outbox::flushed::all);
  CHECK(sockets.read_all() == expected);
}

TEST_CASE("outbox: what a full socket does not take stays, and goes on where it stopped") {
  std::size_t size = 1000;
  SUBCASE("listed for the system") {}
  SUBCASE("the last of them copied together") { size = 300; }
  const socket_pair sockets;
  outbox box{{}};
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string bytes(size, static_cast<char>('a' + i % 26));
    expected += bytes;
    REQUIRE(box.push(frame(bytes)));
  }
  std::string got;
  int blocked = 0;
  for (auto state = outbox::flushed::blocked; state != outbox::flushed::all;) {
    state = box.flush(sockets.ends[0]);
    REQUIRE(state != outbox::flushed::failed);
    blocked += state == outbox::flushed::blocked ? 1 : 0;
    got += sockets.read_all();
  }
  CHECK(blocked > 0);
  CHECK(got == expected);
  CHECK(box.bytes() == 0);
}

TEST_CASE("outbox: a required frame beyond the hard limit is refused") {
  outbox box{{.soft = 50, .hard = 100}};
  CHECK(box.push(frame(std::string(60, 'x'))));
  CHECK_FALSE(box.push(frame(std::string(60, 'x'))));
  CHECK(box.bytes() == 60);
}

TEST_CASE("outbox: droppable frames are not taken above the soft limit, and make room at the hard limit") {
  const socket_pair sockets;
  outbox box{{.soft = 50, .hard = 100}};
  CHECK(box.push(frame("typing", dialects::urgency::droppable)));
  CHECK(box.push(frame(std::string(60, 'x'))));
  CHECK(box.push(frame("presence", dialects::urgency::droppable)));
  CHECK(box.bytes() == 66);
  CHECK(box.push(frame(std::string(40, 'y'))));
  CHECK(box.bytes() == 100);
  CHECK(box.flush(sockets.ends[0]) == outbox::flushed::all);
  CHECK(sockets.read_all() == std::string(60, 'x') + std::string(40, 'y'));
}

TEST_CASE("outbox: the last frame leaves behind what has begun to leave, and behind nothing else") {
  const socket_pair sockets;
  outbox box{{.soft = 1'000'000, .hard = 1'000'000}};
  const std::string begun(500'000, 'x');
  REQUIRE(box.push(frame(begun)));
  REQUIRE(box.push(frame("never to be read")));
  REQUIRE(box.flush(sockets.ends[0]) == outbox::flushed::blocked);
  box.finish_with(frame("the end"));
  std::string got;
  while (box.flush(sockets.ends[0]) != outbox::flushed::all) got += sockets.read_all();
  got += sockets.read_all();
  CHECK(got == begun + "the end");
  CHECK(box.bytes() == 0);
}

TEST_CASE("outbox: the last frame is all that leaves where nothing has begun to, and it fits always") {
  const socket_pair sockets;
  outbox box{{.soft = 10, .hard = 20}};
  REQUIRE(box.push(frame(std::string(20, 'x'))));
  CHECK(box.above_soft_limit());
  box.finish_with(frame(std::string(30, 'y')));
  CHECK(box.flush(sockets.ends[0]) == outbox::flushed::all);
  CHECK(sockets.read_all() == std::string(30, 'y'));
  CHECK_FALSE(box.above_soft_limit());
}

TEST_CASE("outbox: a socket that is gone is a failure, not a signal") {
  socket_pair sockets;
  ::close(sockets.ends[1]);
  sockets.ends[1] = -1;
  outbox box{{}};
  REQUIRE(box.push(frame("lost")));
  CHECK(box.flush(sockets.ends[0]) == outbox::flushed::failed);
}
