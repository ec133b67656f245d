#include "net/listener.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/net/runtime/two_shards.hpp"

using namespace parley::net;

namespace {

constexpr std::chrono::seconds patience{10};

/// Two shards that share a port, and what each of them accepted.
struct shared_port {
  two_shards shards;
  std::array<std::vector<std::unique_ptr<tcp_socket>>, 2> accepted;
  std::array<std::unique_ptr<acceptor>, 2> acceptors;
  std::vector<unique_fd> clients;
  std::atomic<bool> all_are_local{true};
  sockaddr_in at{};

  shared_port() {
    const auto reserved = reserved_address::reserve({.host = "127.0.0.1"}, 0);
    REQUIRE(reserved);
    at.sin_family = AF_INET;
    at.sin_port = htons(reserved->where().port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto listening = reserved->listen();
    REQUIRE(listening);
    std::vector<io_shard*> both;
    for (std::size_t index : {0U, 1U}) shards.on(index, [&](io_shard& shard) { both.push_back(&shard); });
    const auto door = std::make_shared<listener>(*std::move(listening), both);
    for (std::size_t index : {0U, 1U})
      shards.on(index, [&, index](io_shard& shard) {
        acceptors[index] = std::make_unique<acceptor>(
            shard, door, [&, index](std::unique_ptr<tcp_socket> one, const parley::web::ip_address& peer) {
              accepted[index].push_back(std::move(one));
              all_are_local = all_are_local && peer.text() == "127.0.0.1";
            });
      });
  }

  ~shared_port() {
    for (std::size_t index : {0U, 1U})
      shards.on(index, [&, index](io_shard&) {
        acceptors[index].reset();
        accepted[index].clear();
      });
  }

  void connect() {
    unique_fd made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::connect(made.get(), reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(sizeof at)) == 0);
    REQUIRE(::send(made.get(), "x", 1, 0) == 1);  // one that says nothing is not accepted at once
    clients.push_back(std::move(made));
  }

  std::size_t count(std::size_t index) {
    std::size_t found = 0;
    shards.on(index, [&](io_shard&) { found = accepted[index].size(); });
    return found;
  }

  /// True once `total` are accepted.
  bool has(std::size_t total) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
      if (count(0) + count(1) == total) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return false;
  }

  void connect(std::size_t many) {
    const auto before = clients.size();
    while (clients.size() < before + many) connect();
  }
};

}  // namespace

TEST_CASE("listener: the first connections alternate between the shards") {
  shared_port port;
  for (std::size_t each = 1; each <= 6; ++each) {
    port.connect();
    REQUIRE(port.has(each));
    CHECK(port.all_are_local);
    CHECK(port.count(0) <= port.count(1) + 1);
    CHECK(port.count(1) <= port.count(0) + 1);
  }
}

TEST_CASE("listener: no shard gets ahead of another by more than an eighth, with all connecting at once") {
  shared_port port;
  constexpr std::size_t many = 400;
  port.connect(many);
  REQUIRE(port.has(many));
  const auto fewer = std::min(port.count(0), port.count(1));
  CHECK(fewer + fewer / 8 + 1 >= many - fewer);
}

TEST_CASE("listener: a shard that lost its connections gets the next ones") {
  shared_port port;
  port.connect(40);
  REQUIRE(port.has(40));
  const auto kept = port.count(0);
  port.shards.on(1, [&](io_shard&) { port.accepted[1].clear(); });
  port.connect(kept / 2);
  REQUIRE(port.has(kept + kept / 2));
  CHECK(port.count(1) + 2 >= kept / 2);
}
