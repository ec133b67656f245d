#include "tests/load/swarm.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "tests/load/server_process.hpp"

namespace parley::load {
namespace {

constexpr std::size_t buffer_size = 256 * 1024;
constexpr std::size_t largest_packet = 16 * 1024 * 1024;
constexpr int slow_receive_buffer = 4096;
constexpr std::uint64_t second = 1'000'000'000;

timespec time_left(std::uint64_t deadline) {
  const auto now = now_ns();
  const auto left = deadline > now ? deadline - now : 0;
  return {static_cast<time_t>(left / second), static_cast<long>(left % second)};
}

std::unique_ptr<user_link> make_link(const route& by, const user& speaker) {
  return by.transport == transport_kind::polling ? make_polling_link(speaker, by.to->where)
                                                 : make_websocket_link(speaker, by.to->where);
}

int new_socket(bool slow) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) give_up("no more sockets: raise the limit of open files");
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (slow) ::setsockopt(made, SOL_SOCKET, SO_RCVBUF, &slow_receive_buffer, sizeof slow_receive_buffer);
  return made;
}

}  // namespace

swarm::swarm(losses& told) : told_{told}, epoll_{epoll_create1(EPOLL_CLOEXEC)}, buffer_(buffer_size) {
  if (epoll_ < 0) give_up("epoll_create1 failed");
}

swarm::~swarm() {
  for (auto& each : seats_) close_sockets(each);
  ::close(epoll_);
}

void swarm::add(const route& by, user speaker) { seats_.push_back({by, std::move(speaker), nullptr, {}, 0, 0, false}); }

void swarm::open(std::uint32_t number) {
  auto& opened = seats_[number];
  opened.connection = make_link(opened.by, opened.speaker);
  opened.opened_at = opened.heard_at = now_ns();
  for (std::size_t i = 0; i < opened.connection->channels(); ++i) open_channel(number, i);
  opened.connection->start();
}

void swarm::open_channel(std::uint32_t number, std::size_t which) {
  auto& opened = seats_[number];
  auto& made = opened.channels[which];
  made = {new_socket(opened.by.slow), false, {}};
  const auto& to = opened.by.to->socket_address;
  if (::connect(made.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS)
    opened.connection->user().fail(std::strerror(errno));
  epoll_event interest{};
  interest.events = EPOLLOUT | EPOLLRDHUP | EPOLLET | (opened.by.slow ? 0U : EPOLLIN);
  interest.data.u64 = std::uint64_t{number} * user_link::most_channels + which;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, made.socket, &interest) != 0) give_up("epoll_ctl failed");
}

void swarm::close(std::uint32_t number) {
  auto& closed = seats_[number];
  if (closed.connection == nullptr) return;
  closed.connection->close();
  flush(closed);
  close_sockets(closed);
  closed.connection = nullptr;
}

void swarm::turn(std::uint64_t deadline) {
  flush_all();
  std::array<epoll_event, 256> events;
  const auto wait = time_left(deadline);
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &wait, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    on_event(static_cast<std::uint32_t>(event.data.u64 / user_link::most_channels),
             event.data.u64 % user_link::most_channels, event.events);
  }
}

void swarm::on_event(std::uint32_t number, std::size_t which, std::uint32_t events) {
  auto& active = seats_[number];
  if (active.connection == nullptr || active.channels[which].socket < 0) return;
  if ((events & EPOLLOUT) != 0) active.channels[which].started = true;
  constexpr std::uint32_t ended = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  const bool over = (events & ended) != 0;
  if (over || ((events & EPOLLIN) != 0 && !active.by.slow)) receive(active, which, over);
  flush(active);
  if (!active.connection->user().failure().empty()) drop(number);
}

void swarm::receive(seat& from, std::size_t which, bool until_end) {
  while (from.connection->user().failure().empty() && receive_once(from, which, until_end, buffer_.size())) {
  }
}

void swarm::read_slowly(std::uint32_t number, std::size_t bytes) {
  auto& reader = seats_[number];
  if (reader.connection == nullptr) return;
  for (std::size_t which = 0; which < reader.connection->channels(); ++which)
    receive_once(reader, which, false, bytes + reader.channels[which].rest.size());
  flush(reader);
  if (!reader.connection->user().failure().empty()) drop(number);
}

/// False when the socket has no more for now: with edge triggering a short read says so, unless the
/// end is due.
bool swarm::receive_once(seat& from, std::size_t which, bool until_end, std::size_t most) {
  auto& rest = from.channels[which].rest;
  const auto kept = rest.size();
  if (kept > largest_packet) return from.connection->user().fail("a packet larger than 16 MiB"), false;
  if (buffer_.size() < kept + buffer_size) buffer_.resize(kept + buffer_size);
  std::memcpy(buffer_.data(), rest.data(), kept);
  const auto room = std::min(buffer_.size(), std::max(most, kept + 1)) - kept;
  const auto received = ::recv(from.channels[which].socket, buffer_.data() + kept, room, 0);
  if (received <= 0) {
    if (received == 0) from.connection->user().fail("the server closed the connection");
    if (received < 0 && errno != EAGAIN) from.connection->user().fail(std::strerror(errno));
    return false;
  }
  std::string_view bytes{buffer_.data(), kept + static_cast<std::size_t>(received)};
  bytes_ += static_cast<std::uint64_t>(received);
  const bool more = until_end || static_cast<std::size_t>(received) == room;
  const auto now = from.heard_at = now_ns();
  while (const auto used = from.connection->consume(which, bytes, now)) bytes.remove_prefix(used);
  rest = bytes;
  return more;
}

bool swarm::say(std::uint32_t number, word what, const blanks& values, const std::uint64_t* ack) {
  if (!is_ready(number)) return false;
  auto& speaker = seats_[number];
  speaker.connection->user().say(what, values, ack, *speaker.connection);
  if (!std::exchange(speaker.spoke, true)) speakers_.push_back(number);
  return true;
}

void swarm::flush_all() {
  for (const auto number : speakers_) {
    seats_[number].spoke = false;
    if (is_open(number)) flush(seats_[number]);
  }
  speakers_.clear();
}

void swarm::flush(seat& to) {
  for (std::size_t i = 0; i < to.connection->channels(); ++i) {
    auto& output = to.connection->output(i);
    if (output.empty() || !to.channels[i].started) continue;
    const auto written = ::send(to.channels[i].socket, output.data(), output.size(), MSG_NOSIGNAL);
    if (written > 0) output.erase(0, static_cast<std::size_t>(written));
    if (written < 0 && errno != EAGAIN) to.connection->user().fail(std::strerror(errno));
  }
}

void swarm::drop(std::uint32_t number) {
  auto& lost = seats_[number];
  const auto reason = lost.connection->user().failure();
  close_sockets(lost);
  lost.connection = nullptr;
  told_.on_lost(number, reason);
}

void swarm::drop_overdue(std::uint64_t now, std::uint64_t patience) {
  for (std::uint32_t number = 0; number < seats_.size(); ++number) {
    auto& each = seats_[number];
    if (each.connection == nullptr) continue;
    auto& speaker = each.connection->user();
    if (!speaker.ready() && now > each.opened_at + patience)
      speaker.fail("waited in vain for " + std::string{speaker.waits_for()});
    else if (!each.by.slow && now - each.heard_at > speaker.allowed_silence())
      speaker.fail("the server has been silent for too long");
    if (!speaker.failure().empty()) drop(number);
  }
}

void swarm::close_sockets(seat& of) {
  for (auto& each : of.channels) {
    if (each.socket >= 0) ::close(each.socket);
    each = {};
  }
}

}  // namespace parley::load
