#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/load/report.hpp"
#include "tests/bench/load/scenarios.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t pairs = 500;
constexpr std::size_t rounds = 100;
constexpr std::size_t frame_size = 320;

struct socket_pair {
  int writer;
  int reader;
};

int listen_on_loopback(sockaddr_in& address) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, size) != 0 || ::listen(listener, 1) != 0) give_up("cannot listen on loopback");
  ::getsockname(listener, generic, &size);
  return listener;
}

socket_pair connect_pair(int listener, const sockaddr_in& address) {
  const int reader = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(reader, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("cannot connect on loopback");
  }
  const int writer = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  const int on = 1;
  ::setsockopt(writer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {writer, reader};
}

struct costs {
  std::uint64_t sending;
  std::uint64_t receiving;
};

/// One frame through every pair: all sends, then all receives, as a fan-out does it.
costs fan_out(const std::vector<socket_pair>& sockets) {
  std::array<char, 4096> bytes{};
  const auto start = own_cpu_ns();
  for (const auto& each : sockets) {
    if (::send(each.writer, bytes.data(), frame_size, MSG_NOSIGNAL) < 0) give_up("send failed");
  }
  const auto sent = own_cpu_ns();
  for (const auto& each : sockets) {
    if (::recv(each.reader, bytes.data(), bytes.size(), 0) <= 0) give_up("recv failed");
  }
  return {sent - start, own_cpu_ns() - sent};
}

}  // namespace

int run_loopback(const options&) {
  sockaddr_in address{};
  const int listener = listen_on_loopback(address);
  std::vector<socket_pair> sockets;
  for (std::size_t i = 0; i < pairs; ++i) sockets.push_back(connect_pair(listener, address));
  costs total{};
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto cost = fan_out(sockets);
    total.sending += cost.sending;
    total.receiving += cost.receiving;
  }
  constexpr double frames = pairs * rounds;
  report{"loopback"}
      .number("sendUs", static_cast<double>(total.sending) / 1e3 / frames)
      .number("receiveUs", static_cast<double>(total.receiving) / 1e3 / frames);
  return 0;
}

}  // namespace parley::bench
