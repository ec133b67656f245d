#include "net/reserved_address.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace parley::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
using defer_accept = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_DEFER_ACCEPT>;

constexpr int backlog = 4096;
constexpr int silent_seconds = 1;  // after so long one that says nothing is accepted, too

std::string system_text(int code) { return std::generic_category().message(code); }

std::string cannot_listen(const listen_address& where, const std::string& why) {
  return "cannot listen on " + where.text() + ": " + why;
}

void bind_shared(tcp::acceptor& acceptor, const tcp::endpoint& at) {
  acceptor.open(at.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.set_option(reuse_port(true));
  acceptor.bind(at);
}

// -- Unix sockets ----------------------------------------------------------------------------------------------------

unique_fd make_unix_socket() { return unique_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)}; }

/// The path fits: it was read by `parse_listen_address`.
sockaddr_un socket_address(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), at.sun_path);
  return at;
}

template <class Call>
bool call_with(Call call, const unique_fd& socket, const std::string& path) {
  const auto at = socket_address(path);
  return call(socket.get(), reinterpret_cast<const sockaddr*>(&at), static_cast<socklen_t>(sizeof at)) == 0;
}

/// Why no socket can be made at that path; empty where there is nothing, or what a process that died has left.
std::string why_not_free(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return errno == ENOENT ? std::string{} : system_text(errno);
  if (!S_ISSOCK(found.st_mode)) return "a file is there that is no socket";
  const auto probe = make_unix_socket();
  if (!probe.is_open()) return system_text(errno);
  if (call_with(::connect, probe, path) || errno == EAGAIN) return "another server listens there: address in use";
  return errno == ECONNREFUSED || errno == ENOENT ? std::string{} : system_text(errno);
}

}  // namespace

// -- what listens ----------------------------------------------------------------------------------------------------

listening_socket::listening_socket(unique_fd socket, std::string path)
    : socket_{std::move(socket)}, path_{std::move(path)} {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0) file_ = found.st_ino;
}

// Not what another has put there meanwhile.
listening_socket::~listening_socket() {
  struct stat found {};
  if (!socket_.is_open() || path_.empty()) return;
  if (::lstat(path_.c_str(), &found) == 0 && found.st_ino == file_) ::unlink(path_.c_str());
}

// -- what is held ----------------------------------------------------------------------------------------------------

struct reserved_address::hold {
  using listening = result<listening_socket, std::string>;

  hold() = default;
  hold(const hold&) = delete;
  hold& operator=(const hold&) = delete;
  virtual ~hold() = default;
  /// The error is why not.
  virtual listening listen() const = 0;
};

/// Bound, but not listening: with SO_REUSEPORT, so that what listens can be bound beside it.
struct reserved_address::port_hold final : hold {
  listening listen() const override {
    try {
      asio::io_context local;
      tcp::acceptor acceptor{local};
      bind_shared(acceptor, at);
      acceptor.set_option(tcp::no_delay(true));  // the accepted sockets inherit it, without a system call for each
      acceptor.set_option(defer_accept(silent_seconds));  // its request comes with it: one turn instead of two
      acceptor.native_non_blocking(true);
      acceptor.listen(backlog);
      return listening_socket{unique_fd{acceptor.release()}};
    } catch (const boost::system::system_error& failure) {
      return failure.code().message();
    }
  }

  // First without SO_REUSEPORT, which fails when anybody else listens there.
  void take(const std::string& host, std::uint16_t port) {
    tcp::resolver resolver{context};
    at = resolver.resolve(host, std::to_string(port), tcp::resolver::passive).begin()->endpoint();
    {
      tcp::acceptor probe{context};
      probe.open(at.protocol());
      probe.set_option(asio::socket_base::reuse_address(true));
      probe.bind(at);
      probe.listen(1);
      at = probe.local_endpoint();
    }
    bind_shared(holder, at);
  }

  asio::io_context context;
  tcp::acceptor holder{context};
  tcp::endpoint at;
};

/// A locked file beside the socket's: the socket's own file would look like one that a dead process has left, as long
/// as nobody listens.
struct reserved_address::file_hold final : hold {
  file_hold(std::string socket_path, mode_t permissions) : path{std::move(socket_path)}, mode{permissions} {}
  ~file_hold() override {
    if (locked.is_open()) ::unlink(lock_path().c_str());
  }

  std::string lock_path() const { return path + ".lock"; }

  /// Why not; empty when it is ours.
  std::string take() {
    constexpr mode_t owner_only = 0600;
    for (;;) {
      unique_fd file{::open(lock_path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only)};
      if (!file.is_open()) return lock_path() + ": " + system_text(errno);
      if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? "another server has it: address in use" : lock_path() + ": " + system_text(errno);
      // Whoever had it may have removed the file between the two calls.
      struct stat mine {};
      struct stat there {};
      if (::fstat(file.get(), &mine) != 0 || ::stat(lock_path().c_str(), &there) != 0) continue;
      if (mine.st_ino != there.st_ino) continue;
      locked = std::move(file);
      return why_not_free(path);
    }
  }

  // Nobody can connect before it listens, so not before its permissions are those that were asked for.
  listening listen() const override {
    if (auto wrong = why_not_free(path); !wrong.empty()) return wrong;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_text(errno);
    auto socket = make_unix_socket();
    if (!socket.is_open() || !call_with(::bind, socket, path)) return system_text(errno);
    listening_socket made{std::move(socket), path};
    if (::chmod(path.c_str(), mode) != 0 || ::listen(made.get(), backlog) != 0) return system_text(errno);
    return made;
  }

  std::string path;
  mode_t mode;
  unique_fd locked;
};

// -- reserving -------------------------------------------------------------------------------------------------------

result<reserved_address, std::string> reserved_address::reserve(const listen_address& where, mode_t mode) {
  if (where.is_unix()) {
    const auto held = std::make_shared<file_hold>(where.path, mode);
    if (const auto wrong = held->take(); !wrong.empty()) return cannot_listen(where, wrong);
    return reserved_address{where, held};
  }
  try {
    const auto held = std::make_shared<port_hold>();
    held->take(where.host, where.port);
    return reserved_address{{.host = held->at.address().to_string(), .port = held->at.port()}, held};
  } catch (const boost::system::system_error& failure) {
    return cannot_listen(where, failure.code().message());
  }
}

result<std::vector<reserved_address>, std::string> reserved_address::reserve(const std::vector<listen_address>& all,
                                                                             mode_t mode) {
  std::vector<reserved_address> held;
  for (const auto& each : all) {
    auto next = reserve(each, mode);
    if (!next) return next.failure();
    const bool twice = std::any_of(held.begin(), held.end(),
                                   [&next](const reserved_address& other) { return other.where() == next->where(); });
    if (twice) return cannot_listen(each, "it is the same as another one in the list");
    held.push_back(*std::move(next));
  }
  return held;
}

result<listening_socket, std::string> reserved_address::listen() const {
  auto listening = hold_->listen();
  if (!listening) return cannot_listen(where_, listening.failure());
  return listening;
}

std::string reserved_address::url() const { return where_.is_unix() ? where_.text() : "http://" + where_.text(); }

}  // namespace parley::net
