#include "net/listener.hpp"

#include <cerrno>
#include <memory>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "net/log.hpp"

namespace parley::net {
namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr int backlog = 4096;

void bind_shared(tcp_acceptor& acceptor, const tcp::endpoint& at) {
  acceptor.open(at.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.set_option(reuse_port(true));
  acceptor.bind(at);
}

}  // namespace

reserved_address::reserved_address(std::shared_ptr<asio::io_context> context, tcp_acceptor holder,
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
      tcp_acceptor probe{*context};
      probe.open(at.protocol());
      probe.set_option(asio::socket_base::reuse_address(true));
      probe.bind(at);
      probe.listen(1);
      at = probe.local_endpoint();
    }
    tcp_acceptor holder{*context};
    bind_shared(holder, at);
    return reserved_address{std::move(context), std::move(holder), at};
  } catch (const boost::system::system_error& failure) {
    return "cannot listen on " + where + ": " + failure.code().message();
  }
}

listener::listener(io_shard& shard, const tcp::endpoint& at, accept_handler then)
    : acceptor_{shard.context()}, retry_{shard.context()}, protocol_{at.protocol()}, then_{std::move(then)} {
  bind_shared(acceptor_, at);
  acceptor_.set_option(tcp::no_delay(true));  // the accepted sockets inherit it, without a system call for each
  acceptor_.native_non_blocking(true);
  acceptor_.listen(backlog);
}

void listener::start() { wait(); }

void listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

void listener::wait() {
  acceptor_.async_wait(tcp_acceptor::wait_read, [this](boost::system::error_code failure) {
    if (!failure) accept_waiting();
  });
}

// All that are there, and not one for each look at all sockets; but the others shall not wait long.
void listener::accept_waiting() {
  for (int done = 0; done < max_at_once; ++done) {
    const int socket = ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0)
      take(socket);
    else if (errno == EAGAIN)
      break;
    else if (errno != EINTR && errno != ECONNABORTED)
      return retry_later(std::system_category().message(errno));
  }
  wait();
}

void listener::take(int socket) {
  tcp_socket taken{acceptor_.get_executor()};
  boost::system::error_code failure;
  taken.assign(protocol_, socket, failure);
  if (!failure) return then_(std::move(taken));
  ::close(socket);
  log::warn(log::component::listener, "connection lost", {{"reason", failure.message()}});
}

void listener::retry_later(const std::string& reason) {
  log::warn(log::component::listener, "accept failed", {{"reason", reason}});
  retry_.expires_after(retry_delay);
  retry_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) wait();
  });
}

}  // namespace parley::net
