#include "net/runtime/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace parley::net {
namespace {

constexpr int forever = -1;

int open_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error{errno, std::generic_category(), "epoll_create1"};
  return fd;
}

epoll_event event_of(std::uint32_t events, pollable* told) {
  epoll_event made{};
  made.events = events;
  made.data.ptr = told;
  return made;
}

}  // namespace

poller::poller() : epoll_{open_epoll()} {}

poller::~poller() {
  while (!watched_.empty()) {
    auto& next = watched_.front();
    watched_.pop_front();
    next.on_abandoned();
  }
}

bool poller::add(int fd, std::uint32_t events, pollable& told) {
  auto wanted = event_of(events, &told);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) return false;
  watched_.push_back(told);
  count(+1);
  return true;
}

void poller::add_alarm(int fd) {
  auto wanted = event_of(EPOLLIN | EPOLLET, nullptr);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0)
    throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
}

// It is there already: nothing new has to be allocated that there might be no room for.
void poller::change(int fd, std::uint32_t events, pollable& told) {
  auto wanted = event_of(events, &told);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

void poller::remove(int fd, pollable& told) {
  auto ignored = event_of(0, nullptr);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, &ignored);
  forget(told);
}

void poller::forget(pollable& told) {
  if (!told.pollable_hook::is_linked()) return;
  told.pollable_hook::unlink();
  count(-1);
  for (auto at = next_; at < count_; ++at)
    if (events_[at].data.ptr == &told) events_[at].data.ptr = nullptr;
}

void poller::poll(bool wait) {
  const auto got = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(max_events), wait ? forever : 0);
  count_ = static_cast<std::size_t>(std::max(got, 0));  // a signal may have come between
  for (next_ = 0; next_ < count_;) {
    const auto& event = events_[next_++];
    if (event.data.ptr != nullptr) static_cast<pollable*>(event.data.ptr)->on_events(event.events);
  }
  next_ = count_ = 0;
}

}  // namespace parley::net
