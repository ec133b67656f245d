// A file descriptor that is closed when its owner goes.
#pragma once

#include <unistd.h>
#include <utility>

namespace parley::net {

class unique_fd {
 public:
  unique_fd() = default;
  explicit unique_fd(int fd) : fd_{fd} {}
  unique_fd(unique_fd&& other) noexcept : fd_{other.release()} {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    unique_fd taken{std::move(other)};
    std::swap(fd_, taken.fd_);
    return *this;
  }
  ~unique_fd() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// -1 where there is none.
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  /// It is the caller's from now on.
  int release() { return std::exchange(fd_, -1); }
  void close() { *this = unique_fd{}; }

 private:
  int fd_ = -1;
};

}  // namespace parley::net
