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

/// A connection of the first shard, on which nothing has come yet, and somebody who may wait there.
struct one_connection {
  two_shards shards;
  std::shared_ptr<user> who = std::make_shared<user>();
  std::optional<connection> here;

  one_connection() {
    in_shard([&](io_shard& shard) {
      here.emplace(shard);
      CHECK(receive(*here->server) == "(nothing yet)");
    });
  }
  ~one_connection() {
    in_shard([&](io_shard&) { here.reset(); });
  }

  template <class Work>
  void in_shard(Work work) {
    shards.on(0, work);
  }
  void await_readable() {
    in_shard([&](io_shard&) { here->server->await_readable(who); });
  }

  /// Some turns, in which nothing shall happen.
  void settle() {
    for (int turns = 0; turns < 5; ++turns) in_shard([](io_shard&) {});
  }

  /// Waits, turn by turn, until something holds.
  bool eventually(const std::function<bool()>& holds) {
    bool held = false;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !held && std::chrono::steady_clock::now() < end;) {
      in_shard([&](io_shard&) { held = holds(); });
      if (!held) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return held;
  }
  bool told(int times) {
    return eventually([&] { return who->readable == times; });
  }
};

}  // namespace

TEST_CASE_FIXTURE(one_connection,
                  "tcp_socket: who waits is told once when bytes come, and again only if it waits again") {
  await_readable();
  settle();
  CHECK(told(0));
  here->say("one");
  CHECK(told(1));
  here->say("two");
  settle();
  in_shard([&](io_shard&) {
    CHECK(who->readable == 1);
    CHECK(receive(*here->server) == "onetwo");
    here->server->await_readable(who);
  });
  here->say("three");
  CHECK(told(2));
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: what had come before somebody waits is told, and not within the call") {
  await_readable();
  here->say("a long word");
  CHECK(told(1));
  in_shard([&](io_shard&) {
    CHECK(receive(*here->server, 6) == "a long");  // as much as there was room for
    here->server->await_readable(who);
    CHECK(who->readable == 1);
  });
  CHECK(told(2));
  in_shard([&](io_shard&) { CHECK(receive(*here->server) == " word"); });
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: where nothing is left after all, who waits is not told") {
  here->say("hello");
  in_shard([&](io_shard& shard) {
    auto other = tcp_socket::adopt(shard, here->server->release());  // knows nothing of what has come
    CHECK(receive(*other) == "hello");
    other->await_readable(who);
    here->server = std::move(other);
  });
  settle();
  CHECK(told(0));
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: an end that came with the last bytes is told after them") {
  in_shard([&](io_shard&) {
    here->server->await_readable(who);
    here->say("bye");
    here->client.close();
  });
  CHECK(told(1));
  in_shard([&](io_shard&) {
    CHECK(receive(*here->server) == "bye");
    here->server->await_readable(who);
  });
  CHECK(told(2));
  in_shard([&](io_shard&) { CHECK(receive(*here->server).empty()); });
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: who waits for room is told when the other side has read") {
  const std::string much(100'000, 'x');
  for (int times = 1; times <= 2; ++times) {
    in_shard([&](io_shard&) {
      while (::send(here->server->native_handle(), much.data(), much.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0) continue;
      here->server->await_writable(who);
    });
    settle();
    in_shard([&](io_shard&) { CHECK(who->writable == times - 1); });
    std::string read(much.size(), '\0');
    while (::recv(here->client.get(), read.data(), read.size(), 0) > 0) continue;
    CHECK(eventually([&] { return who->writable == times; }));
  }
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: keeps who waits alive, until it is closed") {
  const std::weak_ptr<user> gone = who;
  in_shard([&](io_shard&) {
    here->server->await_readable(std::move(who));
    CHECK(!gone.expired());
    here->server->close();
    CHECK(!gone.expired());  // it may be at work
  });
  settle();
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

TEST_CASE_FIXTURE(one_connection, "tcp_socket: one that was closed is told nothing, even of what came with others'") {
  const auto second = std::make_shared<user>();
  std::optional<connection> there;
  in_shard([&](io_shard& shard) {
    there.emplace(shard);
    CHECK(receive(*there->server) == "(nothing yet)");
    here->server->await_readable(who);
    there->server->await_readable(second);
    who->then = [&] { there->server.reset(); };
    second->then = [&] { here->server.reset(); };
    here->say("both are told");
    there->say("in one look at the sockets");
  });
  CHECK(eventually([&] { return who->readable + second->readable > 0; }));
  settle();
  in_shard([&](io_shard&) {
    CHECK(who->readable + second->readable == 1);
    there.reset();
  });
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: goes on at another shard") {
  int given = -1;
  in_shard([&](io_shard&) {
    given = here->server->release();
    here->server.reset();
  });
  here->say("hello");
  shards.on(1, [&](io_shard& shard) {
    here->server = tcp_socket::adopt(shard, given);
    who->then = [&] { CHECK(receive(*here->server) == "hello"); };
    here->server->await_readable(who);
  });
  bool heard = false;
  for (int turns = 0; turns < 1000 && !heard; ++turns) shards.on(1, [&](io_shard&) { heard = who->readable == 1; });
  CHECK(heard);
  shards.on(1, [&](io_shard&) { here->server.reset(); });
}

TEST_CASE_FIXTURE(one_connection, "tcp_socket: what cannot be watched is closed") {
  in_shard([&](io_shard& shard) { CHECK(!tcp_socket::adopt(shard, -1)); });
}
