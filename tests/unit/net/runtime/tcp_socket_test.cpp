#include "net/runtime/tcp_socket.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <thread>

#include <doctest/doctest.h>

#include "tests/unit/net/runtime/two_shards.hpp"

using namespace parley::net;

namespace {

constexpr std::chrono::seconds patience{10};

/// A socket of a shard, and the other end of its connection.
struct connection {
  unique_fd client;
  std::unique_ptr<tcp_socket> server;

  explicit connection(io_shard& shard) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    client = unique_fd{ends[0]};
    server = tcp_socket::adopt(shard, ends[1]);
    REQUIRE(server);
  }

  void say(std::string_view what) const { REQUIRE(::send(client.get(), what.data(), what.size(), 0) > 0); }
};

/// Notes what it is told, and does what a test wants it to.
struct user final : tcp_socket::user {
  void on_readable() override {
    ++readable;
    if (then) then();
  }
  void on_writable() override { ++writable; }
  int readable = 0;
  int writable = 0;
  std::function<void()> then;
};

std::string receive(tcp_socket& from, std::size_t most = 100) {
  std::string bytes(most, '\0');
  const auto got = from.receive(bytes);
  if (got < 0) return errno == EAGAIN ? "(nothing yet)" : "(broken)";
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

/// Waits, turn by turn of the first shard, until something holds there.
bool eventually(two_shards& shards, const std::function<bool()>& holds) {
  bool held = false;
  for (const auto end = std::chrono::steady_clock::now() + patience; !held && std::chrono::steady_clock::now() < end;) {
    shards.on(0, [&](io_shard&) { held = holds(); });
    if (!held) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return held;
}

/// Some turns, in which nothing shall happen.
void settle(two_shards& shards) {
  for (int turns = 0; turns < 5; ++turns) shards.on(0, [](io_shard&) {});
}

}  // namespace

TEST_CASE("tcp_socket: who waits is told once when bytes come, and again only if it waits again") {
  two_shards shards;
  const auto reader = std::make_shared<user>();
  std::optional<connection> here;
  shards.on(0, [&](io_shard& shard) {
    here.emplace(shard);
    CHECK(receive(*here->server) == "(nothing yet)");
    here->server->await_readable(reader);
  });
  settle(shards);
  shards.on(0, [&](io_shard&) { CHECK(reader->readable == 0); });
  here->say("one");
  CHECK(eventually(shards, [&] { return reader->readable == 1; }));
  here->say("two");
  settle(shards);
  shards.on(0, [&](io_shard&) {
    CHECK(reader->readable == 1);
    CHECK(receive(*here->server) == "onetwo");
    here->server->await_readable(reader);
  });
  here->say("three");
  CHECK(eventually(shards, [&] { return reader->readable == 2; }));
  shards.on(0, [&](io_shard&) { here.reset(); });
}

TEST_CASE("tcp_socket: what had come before somebody waits is told, and not within the call") {
  two_shards shards;
  const auto reader = std::make_shared<user>();
  std::optional<connection> here;
  shards.on(0, [&](io_shard& shard) {
    here.emplace(shard);
    here->say("a long word");
    CHECK(receive(*here->server, 6) == "a long");  // as much as there was room for
    here->server->await_readable(reader);
    CHECK(reader->readable == 0);
  });
  CHECK(eventually(shards, [&] { return reader->readable == 1; }));
  shards.on(0, [&](io_shard&) {
    CHECK(receive(*here->server) == " word");
    here.reset();
  });
}

TEST_CASE("tcp_socket: what was peeked at is still there, and told") {
  two_shards shards;
  const auto reader = std::make_shared<user>();
  std::optional<connection> here;
  std::array<char, 1> byte{};
  shards.on(0, [&](io_shard& shard) {
    here.emplace(shard);
    CHECK(here->server->peek(byte) == -1);
    CHECK(errno == EAGAIN);
    here->server->await_readable(reader);
  });
  settle(shards);
  shards.on(0, [&](io_shard&) { CHECK(reader->readable == 0); });
  here->say("hello");
  CHECK(eventually(shards, [&] { return reader->readable == 1; }));
  shards.on(0, [&](io_shard&) {
    CHECK(here->server->peek(byte) == 1);
    CHECK(byte[0] == 'h');
    here->server->await_readable(reader);
  });
  CHECK(eventually(shards, [&] { return reader->readable == 2; }));
  shards.on(0, [&](io_shard&) {
    CHECK(receive(*here->server) == "hello");
    here.reset();
  });
}

TEST_CASE("tcp_socket: an end that came with the last bytes is told after them") {
  two_shards shards;
  const auto reader = std::make_shared<user>();
  std::optional<connection> here;
  shards.on(0, [&](io_shard& shard) {
    here.emplace(shard);
    CHECK(receive(*here->server) == "(nothing yet)");
    here->server->await_readable(reader);
    here->say("bye");
    here->client.close();
  });
  CHECK(eventually(shards, [&] { return reader->readable == 1; }));
  shards.on(0, [&](io_shard&) {
    CHECK(receive(*here->server) == "bye");
    here->server->await_readable(reader);
  });
  CHECK(eventually(shards, [&] { return reader->readable == 2; }));
  shards.on(0, [&](io_shard&) {
    CHECK(receive(*here->server).empty());
    here.reset();
  });
}

TEST_CASE("tcp_socket: who waits for room is told when the other side has read") {
  two_shards shards;
  const auto writer = std::make_shared<user>();
  std::optional<connection> here;
  const std::string much(100'000, 'x');
  const auto fill = [&] {
    while (::send(here->server->native_handle(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) continue;
  };
  shards.on(0, [&](io_shard& shard) { here.emplace(shard); });
  for (int times = 1; times <= 2; ++times) {
    shards.on(0, [&](io_shard&) {
      fill();
      here->server->await_writable(writer);
    });
    settle(shards);
    shards.on(0, [&](io_shard&) { CHECK(writer->writable == times - 1); });
    std::string read(much.size(), '\0');
    while (::recv(here->client.get(), read.data(), read.size(), 0) > 0) continue;
    CHECK(eventually(shards, [&] { return writer->writable == times; }));
  }
  shards.on(0, [&](io_shard&) { here.reset(); });
}

TEST_CASE("tcp_socket: keeps who waits alive, until it is closed") {
  two_shards shards;
  auto reader = std::make_shared<user>();
  const std::weak_ptr<user> gone = reader;
  shards.on(0, [&](io_shard& shard) {
    const connection here{shard};
    CHECK(receive(*here.server) == "(nothing yet)");
    here.server->await_readable(std::move(reader));
    CHECK(!gone.expired());
    here.server->close();
    CHECK(!gone.expired());  // it may be at work
  });
  settle(shards);
  CHECK(gone.expired());
}

TEST_CASE("tcp_socket: lets go of who waits when its shard ends") {
  /// Owns its socket, as a session does: nothing else would end them.
  struct owner final : tcp_socket::user {
    void on_readable() override {}
    void on_writable() override {}
    std::optional<connection> at;
  };
  std::weak_ptr<owner> gone;
  {
    two_shards shards;
    shards.on(0, [&](io_shard& shard) {
      const auto waiting = std::make_shared<owner>();
      waiting->at.emplace(shard);
      CHECK(receive(*waiting->at->server) == "(nothing yet)");
      waiting->at->server->await_readable(waiting);
      gone = waiting;
    });
    CHECK(!gone.expired());
  }
  CHECK(gone.expired());
}

TEST_CASE("tcp_socket: one that was closed is told nothing more, even of what came together with others") {
  two_shards shards;
  const auto first = std::make_shared<user>();
  const auto second = std::make_shared<user>();
  std::optional<connection> one;
  std::optional<connection> two;
  shards.on(0, [&](io_shard& shard) {
    one.emplace(shard);
    two.emplace(shard);
    for (auto* each : {&*one, &*two}) CHECK(receive(*each->server) == "(nothing yet)");
    one->server->await_readable(first);
    two->server->await_readable(second);
    first->then = [&] { two->server.reset(); };
    second->then = [&] { one->server.reset(); };
    one->say("both are told");
    two->say("in one look at the sockets");
  });
  CHECK(eventually(shards, [&] { return first->readable + second->readable > 0; }));
  settle(shards);
  shards.on(0, [&](io_shard&) {
    CHECK(first->readable + second->readable == 1);
    one.reset();
    two.reset();
  });
}

TEST_CASE("tcp_socket: goes on at another shard") {
  two_shards shards;
  const auto reader = std::make_shared<user>();
  std::optional<connection> here;
  int given = -1;
  shards.on(1, [&](io_shard& shard) {
    here.emplace(shard);
    CHECK(receive(*here->server) == "(nothing yet)");
    given = here->server->release();
    here->server.reset();
  });
  here->say("hello");
  shards.on(0, [&](io_shard& shard) {
    here->server = tcp_socket::adopt(shard, given);
    here->server->await_readable(reader);
  });
  CHECK(eventually(shards, [&] { return reader->readable == 1; }));
  shards.on(0, [&](io_shard&) {
    CHECK(receive(*here->server) == "hello");
    here.reset();
  });
}

TEST_CASE("tcp_socket: what cannot be watched is closed") {
  two_shards shards;
  shards.on(0, [&](io_shard& shard) { CHECK(!tcp_socket::adopt(shard, -1)); });
}
