// Tells what became of a shard's file descriptors: epoll, asked once in the life of a socket and not again for each
// wait. On the shard's thread only. Invariant: nothing is told of what was removed, even if it had happened before.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <sys/epoll.h>

#include <boost/intrusive/list.hpp>

#include "net/runtime/unique_fd.hpp"

namespace parley::net {

using pollable_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct pollable_tag>,
                                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Something with a file descriptor. Must be removed from its poller before it goes.
class pollable : public pollable_hook {
 public:
  /// `events`: as of epoll_wait(2).
  virtual void on_events(std::uint32_t events) = 0;
  /// The poller goes, and will never tell it anything.
  virtual void on_abandoned() {}

 protected:
  ~pollable() = default;
};

class poller {
 public:
  /// What is told between two looks at everything.
  static constexpr std::size_t max_events = 256;

  /// Throws std::system_error where the system has no more of them.
  poller();
  ~poller();

  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// `events`: as of epoll_ctl(2). False, with errno, where the system has no room for it.
  [[nodiscard]] bool add(int fd, std::uint32_t events, pollable& told);
  /// Ends waits whenever something comes, and tells nobody.
  void add_alarm(int fd);
  void change(int fd, std::uint32_t events, pollable& told);
  /// `fd` may go on without its poller.
  void remove(int fd, pollable& told);
  /// Of a descriptor that is closed next: epoll forgets those by itself.
  void forget(pollable& told);

  /// How many are watched, alarms aside. From any thread.
  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

  /// Tells what has happened; where there is nothing and `wait` is true, once there is.
  void poll(bool wait);

 private:
  void count(std::ptrdiff_t more) { size_.store(size() + static_cast<std::size_t>(more), std::memory_order_relaxed); }

  unique_fd epoll_;
  std::array<epoll_event, max_events> events_;
  std::size_t next_ = 0;  // of the events at hand, the first that was not told
  std::size_t count_ = 0;
  boost::intrusive::list<pollable, boost::intrusive::base_hook<pollable_hook>,
                         boost::intrusive::constant_time_size<false>>
      watched_;
  std::atomic<std::size_t> size_{0};  // written by the shard's thread only
};

}  // namespace parley::net
