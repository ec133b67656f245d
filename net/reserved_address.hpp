// Addresses that are ours from the start of the process to its end: nobody else can begin to listen there meanwhile,
// though the server listens only once it is ready. Main thread. Invariant: a socket's file is there only while somebody
// listens on it; what a process that died has left is replaced.
#pragma once

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "net/listen_address.hpp"
#include "net/runtime/unique_fd.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// A socket that listens; with it goes its file, if it has one.
class listening_socket {
 public:
  explicit listening_socket(unique_fd socket) : socket_{std::move(socket)} {}
  /// `path`: the file that was made for it.
  listening_socket(unique_fd socket, std::string path);
  listening_socket(listening_socket&& other) noexcept = default;
  listening_socket& operator=(listening_socket&&) = delete;
  ~listening_socket();

  int get() const { return socket_.get(); }

 private:
  unique_fd socket_;
  std::string path_;
  ino_t file_ = 0;
};

class reserved_address {
 public:
  /// Errors name the address, and say why it cannot be had. Another server's port is refused even where SO_REUSEPORT
  /// would let us share it. A port of 0 takes a free one. `mode`: the permissions of a Unix socket's file.
  static result<reserved_address, std::string> reserve(const listen_address& where, mode_t mode);
  static result<std::vector<reserved_address>, std::string> reserve(const std::vector<listen_address>& all,
                                                                    mode_t mode);

  result<listening_socket, std::string> listen() const;
  /// `http://127.0.0.1:3000`, or `unix:/run/parley.sock`.
  std::string url() const;
  /// With the port that the kernel chose, where any would do.
  const listen_address& where() const { return where_; }

 private:
  struct hold;
  struct port_hold;
  struct file_hold;

  reserved_address(listen_address where, std::shared_ptr<hold> by) : where_{std::move(where)}, hold_{std::move(by)} {}

  listen_address where_;
  std::shared_ptr<hold> hold_;
};

}  // namespace parley::net
