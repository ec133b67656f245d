// The frames waiting for one socket. They are pushed as they come and leave together when the shard flushes, by one
// system call. On the shard's thread only. Invariant: frames leave whole and in the order of their pushes; the bytes
// held never exceed the hard limit, unless it is one frame that is longer by itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dialects/frame.hpp"

namespace parley::net {

/// Bounds on what may wait for one client, in bytes and in time.
struct outbox_limits {
  /// Above it droppable frames are not taken, and the client is not read until it has caught up.
  std::size_t soft = std::size_t{256} * 1024;
  /// The most that is kept, unless it is one frame: droppable frames make room; if that is not enough, it is too slow.
  std::size_t hard = std::size_t{32} * 1024 * 1024;
  /// How long a client may take nothing while something waits for it.
  std::chrono::milliseconds send_timeout{20'000};
};

/// Which of its limits a client met, and how things stood: for the log.
struct slow_client {
  std::string_view limit;  // the option's name
  std::size_t waiting_bytes = 0;
  std::chrono::milliseconds stalled{};  // since it last took something
};

class outbox {
 public:
  enum class flushed { all, blocked, failed };

  explicit outbox(outbox_limits limits) : limits_{limits} {}

  /// False when the frame does not fit: the reader is too slow.
  [[nodiscard]] bool push(dialects::frame_ptr what);

  /// Drops all that has not begun to leave, and puts `last` behind the rest, whatever its size.
  void finish_with(dialects::frame_ptr last);

  /// Writes as much as the socket takes. `failed` leaves the reason in errno.
  flushed flush(int socket);

  const outbox_limits& limits() const { return limits_; }
  bool empty() const { return frames_.empty(); }
  bool above_soft_limit() const { return bytes_ > limits_.soft; }
  std::size_t bytes() const { return bytes_; }

 private:
  flushed send_some(int socket);
  /// A frame on its own, or few small ones copied together, take a `send`, which costs less. As send(2).
  std::ptrdiff_t send_one(int socket) const;
  std::ptrdiff_t send_together(int socket) const;
  std::ptrdiff_t send_many(int socket) const;
  void consume(std::size_t sent);
  template <class Predicate>
  void drop_waiting(Predicate is_dropped);

  outbox_limits limits_;
  std::vector<dialects::frame_ptr> frames_;
  std::size_t first_ = 0;   // frames before this one are gone
  std::size_t offset_ = 0;  // bytes of the first frame that are gone
  std::size_t bytes_ = 0;   // bytes still to go
};

}  // namespace parley::net
