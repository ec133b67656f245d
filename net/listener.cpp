#include "net/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "net/log.hpp"

namespace parley::net {
namespace {

namespace asio = boost::asio;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using defer_accept = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_DEFER_ACCEPT>;

constexpr int backlog = 4096;
constexpr int silent_seconds = 1;  // after so long one that says nothing is accepted, too

void bind_shared(tcp::acceptor& acceptor, const tcp::endpoint& at) {
  acceptor.open(at.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.set_option(reuse_port(true));
  acceptor.bind(at);
}

unique_fd listen_at(const tcp::endpoint& at) {
  asio::io_context context;
  tcp::acceptor acceptor{context};
  bind_shared(acceptor, at);
  acceptor.set_option(tcp::no_delay(true));           // the accepted sockets inherit it, without a system call for each
  acceptor.set_option(defer_accept(silent_seconds));  // its request comes with it: one turn instead of two
  acceptor.native_non_blocking(true);
  acceptor.listen(backlog);
  return unique_fd{acceptor.release()};
}

}  // namespace

reserved_address::reserved_address(std::shared_ptr<asio::io_context> context, tcp::acceptor holder,
                                   tcp::endpoint endpoint)
    : context_{std::move(context)}, holder_{std::move(holder)}, endpoint_{std::move(endpoint)} {}

// First without SO_REUSEPORT, which fails when anybody else listens there; then with it, bound but not listening.
result<reserved_address, std::string> reserved_address::reserve(const std::string& host, std::uint16_t port) {
  auto context = std::make_shared<asio::io_context>();
  const auto where = host + ":" + std::to_string(port);
  try {
    tcp::resolver resolver{*context};
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive);
    tcp::endpoint at = found.begin()->endpoint();
    {
      tcp::acceptor probe{*context};
      probe.open(at.protocol());
      probe.set_option(asio::socket_base::reuse_address(true));
      probe.bind(at);
      probe.listen(1);
      at = probe.local_endpoint();
    }
    tcp::acceptor holder{*context};
    bind_shared(holder, at);
    return reserved_address{std::move(context), std::move(holder), at};
  } catch (const boost::system::system_error& failure) {
    return "cannot listen on " + where + ": " + failure.code().message();
  }
}

listener::listener(const tcp::endpoint& at, std::vector<io_shard*> shards)
    : socket_{listen_at(at)}, shards_{std::move(shards)}, acceptors_(shards_.size()) {}

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
    const int socket = ::accept4(listener_->native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket >= 0) {
      take(socket);
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

void acceptor::take(int socket) {
  if (auto taken = tcp_socket::adopt(shard_, socket)) return then_(std::move(taken));
  log::warn(log::component::listener, "connection lost", {{"reason", std::system_category().message(errno)}});
}

void acceptor::retry_later(const std::string& reason) {
  log::warn(log::component::listener, "accept failed", {{"reason", reason}});
  shard_.arm(*this, retry_delay);
}

void acceptor::on_timer(timer_wheel::time_point) { start(); }

}  // namespace parley::net
