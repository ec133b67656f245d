#include "tests/bench/load/swarm.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "tests/bench/load/server_process.hpp"

namespace parley::bench {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;
constexpr std::uint64_t second = 1'000'000'000;

timespec time_left(std::uint64_t deadline) {
  const auto now = now_ns();
  const auto left = deadline > now ? deadline - now : 0;
  return {static_cast<time_t>(left / second), static_cast<long>(left % second)};
}

}  // namespace

swarm::swarm(endpoint server, message_handler& handler)
    : server_{std::move(server)}, handler_{handler}, epoll_{epoll_create1(EPOLL_CLOEXEC)}, buffer_(buffer_size) {
  if (epoll_ < 0) give_up("epoll_create1 failed");
}

swarm::~swarm() {
  for (const auto& each : links_) {
    if (each.socket >= 0) ::close(each.socket);
  }
  ::close(epoll_);
}

void swarm::open_all(std::size_t at_once) {
  constexpr std::uint64_t patience = 180 * second;
  auto next = std::find_if(links_.begin(), links_.end(), [](const link& each) { return each.socket < 0; });
  const auto deadline = now_ns() + patience;
  while (next != links_.end() || unready_ > 0) {
    for (; next != links_.end() && unready_ < at_once; ++next) {
      open(static_cast<std::uint32_t>(next - links_.begin()));
    }
    turn(deadline);
    if (failures_ > 0) give_up("a client could not connect");
    if (now_ns() > deadline) give_up("the clients did not get ready in time");
  }
}

void swarm::open(std::uint32_t number) {
  auto& opened = links_[number];
  opened.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (opened.socket < 0) give_up("no more sockets: raise the limit of open files");
  const int on = 1;
  ::setsockopt(opened.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  opened.opened_at = now_ns();
  const auto* address = reinterpret_cast<const sockaddr*>(&server_.address);
  if (::connect(opened.socket, address, sizeof server_.address) != 0 && errno != EINPROGRESS) {
    give_up("the server cannot be reached");
  }
  epoll_event interest{};
  interest.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  interest.data.u32 = number;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, opened.socket, &interest) != 0) give_up("epoll_ctl failed");
  ++unready_;
}

void swarm::turn(std::uint64_t deadline) {
  std::array<epoll_event, 256> events;
  const auto wait = time_left(deadline);
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    on_ready_to(event.data.u32, event.events);
  }
}

void swarm::settle(std::uint64_t quiet, std::uint64_t limit) {
  const auto end = now_ns() + limit;
  auto last = now_ns();
  while (now_ns() < std::min(last + quiet, end)) {
    const auto before = counts_.messages + counts_.notices;
    turn(std::min(last + quiet, end));
    if (counts_.messages + counts_.notices != before) last = now_ns();
  }
}

void swarm::on_ready_to(std::uint32_t number, std::uint32_t events) {
  auto& active = links_[number];
  if (active.socket < 0) return;
  const bool was_ready = active.protocol.ready();
  if (!active.started && (events & EPOLLOUT) != 0) {
    active.started = true;
    active.protocol.start(server_.host);
  }
  constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((events & (EPOLLIN | ended)) != 0) receive(active, (events & ended) != 0);
  if (!active.protocol.output().empty()) flush(active);
  watch_progress(active, was_ready);
}

void swarm::receive(link& from, bool until_end) {
  while (receive_once(from, until_end)) {
  }
}

/// False when the socket has no more for now: with edge triggering a short read says so, unless the
/// end is due.
bool swarm::receive_once(link& from, bool until_end) {
  const auto kept = from.rest.size();
  if (kept >= buffer_.size()) return from.protocol.fail("a frame larger than the buffer"), false;
  std::memcpy(buffer_.data(), from.rest.data(), kept);
  const auto received = ::recv(from.socket, buffer_.data() + kept, buffer_.size() - kept, 0);
  if (received <= 0) {
    if (received == 0) from.protocol.fail("the server closed the connection");
    if (received < 0 && errno != EAGAIN) from.protocol.fail(std::strerror(errno));
    return false;
  }
  const std::string_view bytes{buffer_.data(), kept + static_cast<std::size_t>(received)};
  from.rest = bytes.substr(from.protocol.consume(bytes, now_ns()));
  return until_end || bytes.size() == buffer_.size();
}

void swarm::emit(std::uint32_t number, std::string_view event) {
  auto& sender = links_[number];
  if (sender.socket < 0) return;
  sender.protocol.emit(event);
  flush(sender);
}

void swarm::flush(link& to) {
  auto& output = to.protocol.output();
  const auto written = ::send(to.socket, output.data(), output.size(), MSG_NOSIGNAL);
  if (written > 0) output.erase(0, static_cast<std::size_t>(written));
  if (written < 0 && errno != EAGAIN) to.protocol.fail(std::strerror(errno));
}

void swarm::watch_progress(link& of, bool was_ready) {
  if (!of.protocol.failure().empty()) return drop(of);
  if (was_ready || !of.protocol.ready()) return;
  --unready_;
  connect_times_.record(now_ns() - of.opened_at);
}

void swarm::drop(link& lost) {
  if (failures_++ == 0) {
    const auto& reason = lost.protocol.failure();
    std::fprintf(stderr, "bench-load: a client ended: %.*s\n", static_cast<int>(reason.size()), reason.data());
  }
  ::close(lost.socket);
  lost.socket = -1;
}

}  // namespace parley::bench
