#include "net/listener.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "net/log.hpp"

namespace parley::net {
namespace {

/// Of what accept(2) tells, so that no connection costs a `getpeername`.
web::ip_address address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_UNIX) return web::ip_address::local();
  if (from.ss_family == AF_INET) {
    std::array<std::uint8_t, web::ip_address::v4_bytes> bytes{};
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in&>(from).sin_addr, bytes.size());
    return web::ip_address::from_v4(bytes);
  }
  if (from.ss_family != AF_INET6) return {};
  std::array<std::uint8_t, web::ip_address::v6_bytes> bytes{};
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, bytes.size());
  return web::ip_address::from_v6(bytes);
}

}  // namespace

listener::listener(listening_socket socket, std::vector<io_shard*> shards)
    : socket_{std::move(socket)}, shards_{std::move(shards)}, acceptors_(shards_.size()) {}

// The last of them begins: by then the turn can be passed to any.
void listener::join(acceptor& joining, const io_shard& of) {
  acceptors_[of.index()] = &joining;
  if (&of == shards_.back()) joining.start();
}

bool listener::pass_on(const io_shard& of) {
  const auto fewer = [](const io_shard* one, const io_shard* other) { return one->load() < other->load(); };
  auto* const next = *std::min_element(shards_.begin(), shards_.end(), fewer);
  const auto least = next->load();
  if (of.load() < least + std::clamp(least / lead_part, least_lead, greatest_lead)) return false;
  next->post([self = shared_from_this(), next] {  // none is there any more where the server stops
    if (auto* const found = self->acceptors_[next->index()]) found->start();
  });
  return true;
}

acceptor::acceptor(io_shard& shard, std::shared_ptr<listener> from, accept_handler then)
    : shard_{shard}, listener_{std::move(from)}, then_{std::move(then)} {
  listener_->join(*this, shard_);
}

acceptor::~acceptor() {
  listener_->leave(shard_);
  if (pollable_hook::is_linked()) stop();
}

// Not edge-triggered: it is told again as long as some wait.
void acceptor::start() {
  if (!shard_.sockets().add(listener_->native_handle(), EPOLLIN, *this))
    retry_later(std::system_category().message(errno));
}

// All that are there, and not one for each look at all sockets; but the others shall not wait long.
void acceptor::on_events(std::uint32_t) {
  for (int done = 0; done < max_at_once; ++done) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int socket =
        ::accept4(listener_->native_handle(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      take(socket, address_of(from));
      if (listener_->pass_on(shard_)) return stop();
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      const auto reason = std::system_category().message(errno);
      stop();
      return retry_later(reason);
    }
  }
}

void acceptor::stop() { shard_.sockets().remove(listener_->native_handle(), *this); }

void acceptor::take(int socket, const web::ip_address& peer) {
  if (auto taken = tcp_socket::adopt(shard_, socket)) return then_(std::move(taken), peer);
  log::warn(log::component::listener, "connection lost", {{"reason", std::system_category().message(errno)}});
}

void acceptor::retry_later(const std::string& reason) {
  log::warn(log::component::listener, "accept failed", {{"reason", reason}});
  shard_.arm(*this, retry_delay);
}

void acceptor::on_timer(timer_wheel::time_point) { start(); }

}  // namespace parley::net
