// The frames waiting for one socket. They are pushed as they come and leave together when the shard flushes, by one
// system call. On the shard's thread only. Invariant: frames leave whole and in the order of their pushes; the bytes
// held never exceed the limit, unless it is one frame that is longer by itself.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/dialects/frame.hpp"

namespace parley::net {

/// Bounds in bytes on what may wait for one socket. Above `soft`, droppable frames are not taken; at `hard`, those
/// that wait are dropped, and if that is not enough the connection is a slow consumer.
struct outbox_limits {
  std::size_t soft = 256 * 1024;
  std::size_t hard = 1024 * 1024;
};

class outbox {
 public:
  enum class flushed { all, blocked, failed };

  explicit outbox(outbox_limits limits) : limits_{limits} {}

  /// False when the frame does not fit: the reader is too slow.
  [[nodiscard]] bool push(dialects::frame_ptr what);

  /// Writes as much as the socket takes. `failed` leaves the reason in errno.
  flushed flush(int socket);

  bool empty() const { return frames_.empty(); }
  std::size_t bytes() const { return bytes_; }

 private:
  flushed send_some(int socket);
  /// A frame on its own, or few small ones copied together, take a `send`, which costs less. As send(2).
  std::ptrdiff_t send_one(int socket) const;
  std::ptrdiff_t send_together(int socket) const;
  std::ptrdiff_t send_many(int socket) const;
  void consume(std::size_t sent);
  void drop_droppable();

  outbox_limits limits_;
  std::vector<dialects::frame_ptr> frames_;
  std::size_t first_ = 0;   // frames before this one are gone
  std::size_t offset_ = 0;  // bytes of the first frame that are gone
  std::size_t bytes_ = 0;   // bytes still to go
};

}  // namespace parley::net
