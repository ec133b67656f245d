#include "net/runtime/tcp_socket.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace parley::net {
namespace {

constexpr std::uint32_t receiving = EPOLLIN | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t ending = EPOLLRDHUP | EPOLLHUP | EPOLLERR;

}  // namespace

std::unique_ptr<tcp_socket> tcp_socket::adopt(io_shard& shard, int fd) {
  auto made = std::make_unique<tcp_socket>(shard, unique_fd{fd});
  if (!shard.sockets().add(fd, receiving, *made)) return nullptr;
  return made;
}

tcp_socket::tcp_socket(io_shard& shard, unique_fd fd) : shard_{shard}, fd_{std::move(fd)} {}

tcp_socket::~tcp_socket() { shard_.sockets().forget(*this); }

void tcp_socket::await_readable(std::shared_ptr<user> who) {
  if (!is_open()) return;
  if (readable_)
    shard_.defer([who = std::move(who)] { who->on_readable(); });
  else
    reader_ = std::move(who);
}

// Few sockets ever have to wait for room, so that is not asked for before.
void tcp_socket::await_writable(std::shared_ptr<user> who) {
  if (!is_open()) return;
  writer_ = std::move(who);
  if (!std::exchange(watches_sending_, true)) shard_.sockets().change(fd_.get(), receiving | EPOLLOUT, *this);
}

std::ptrdiff_t tcp_socket::receive(std::span<char> into) {
  const auto got = ::recv(fd_.get(), into.data(), into.size(), MSG_DONTWAIT);
  if (got < 0 && errno == EAGAIN) readable_ = false;
  // Less than there was room for: nothing is left but, perhaps, an end that came with it. What comes next is told.
  if (got > 0 && static_cast<std::size_t>(got) < into.size() && !ended_) readable_ = false;
  return got;
}

void tcp_socket::shutdown_send() {
  if (is_open()) ::shutdown(fd_.get(), SHUT_WR);
}

void tcp_socket::close() {
  if (!is_open()) return;
  shard_.sockets().forget(*this);
  fd_.close();
  dismiss_users();
}

int tcp_socket::release() {
  shard_.sockets().remove(fd_.get(), *this);
  dismiss_users();
  return fd_.release();
}

void tcp_socket::on_events(std::uint32_t events) {
  if ((events & ~EPOLLOUT) != 0) readable_ = true;
  if ((events & ending) != 0) ended_ = true;
  auto writer = (events & (EPOLLOUT | ending)) != 0 ? std::exchange(writer_, nullptr) : nullptr;
  auto reader = readable_ ? std::exchange(reader_, nullptr) : nullptr;
  if (writer) writer->on_writable();
  if (reader) reader->on_readable();
}

void tcp_socket::on_abandoned() {
  const auto reader = std::exchange(reader_, nullptr);
  const auto writer = std::exchange(writer_, nullptr);
}

// Not within the call: whoever closes the socket may be kept by nothing else.
void tcp_socket::dismiss_users() {
  if (!reader_ && !writer_) return;
  shard_.defer([reader = std::exchange(reader_, nullptr), writer = std::exchange(writer_, nullptr)] {});
}

}  // namespace parley::net
