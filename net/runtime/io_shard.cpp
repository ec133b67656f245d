#include "net/runtime/io_shard.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <caf/scheduler/abstract_coordinator.hpp>

namespace parley::net {
namespace {

thread_local io_shard* current_shard = nullptr;

unique_fd opened(int fd, const char* how) {
  if (fd < 0) throw std::system_error{errno, std::generic_category(), how};
  return unique_fd{fd};
}

}  // namespace

io_shard::io_shard(caf::actor_system& system, std::uint8_t index)
    : caf::execution_unit{&system},
      index_{index},
      wake_{opened(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")},
      alarm_{opened(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create")},
      timers_{timer_wheel::clock::now()},
      now_{timer_wheel::clock::now()} {
  sockets_.add_alarm(wake_.get());
  sockets_.add_alarm(alarm_.get());
}

io_shard::~io_shard() { assert(!thread_.joinable()); }

io_shard* io_shard::current() { return current_shard; }

void io_shard::enqueue(caf::resumable* job) {
  if (current_shard == this)
    jobs_.push_back(job);
  else if (current_shard != nullptr)
    current_shard->outgoing_to(*this).jobs.push_back(job);
  else {
    hand_over batch;
    batch.jobs.push_back(job);
    receive(batch);
  }
}

// At once, not with the turn's batch: an actor that speaks from one shard may speak from another a moment later, and
// what it says must arrive in that order. So what is said here goes behind what waits in the inbox.
void io_shard::enqueue(caf::mailbox_element_ptr message) {
  if (current_shard == this && !messages_in_inbox_.load(std::memory_order_acquire)) {
    messages_.push_back(std::move(message));
    return;
  }
  bool wake = false;
  {
    const std::lock_guard guard{inbox_mutex_};
    inbox_.messages.push_back(std::move(message));
    messages_in_inbox_.store(true, std::memory_order_release);
    wake = std::exchange(sleeping_, false);
  }
  if (wake) wake_up();
}

void io_shard::post(task what) {
  if (current_shard != nullptr && current_shard != this) {
    current_shard->outgoing_to(*this).tasks.push_back(std::move(what));
    return;
  }
  hand_over batch;
  batch.tasks.push_back(std::move(what));
  receive(batch);
}

io_shard::hand_over& io_shard::outgoing_to(const io_shard& target) {
  for (auto& [shard, batch] : outgoing_)
    if (shard == &target) return batch;
  return outgoing_.emplace_back(const_cast<io_shard*>(&target), hand_over{}).second;
}

void io_shard::receive(hand_over& batch) {
  bool wake = false;
  {
    const std::lock_guard guard{inbox_mutex_};
    for (auto* job : batch.jobs) inbox_.jobs.push_back(job);
    for (auto& what : batch.tasks) inbox_.tasks.push_back(std::move(what));
    wake = std::exchange(sleeping_, false);
  }
  batch.jobs.clear();
  batch.tasks.clear();
  if (wake) wake_up();
}

void io_shard::wake_up() {
  const std::uint64_t one = 1;
  // Each write is told; the counter behind it, which nobody reads, would overflow after centuries.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void io_shard::start() {
  thread_ = std::thread{[this] {
    current_shard = this;
    system().thread_started();
    run();
    system().thread_terminates();
    current_shard = nullptr;
  }};
}

void io_shard::stop() {
  if (!thread_.joinable()) return;
  post([this] { stopping_ = true; });
  thread_.join();
}

void io_shard::run() {
  while (!stopping_) {
    poll_sockets();
    turn();
  }
  discard_rest();
}

void io_shard::poll_sockets() {
  slept_ = !has_work() && may_sleep();  // what ends the sleep must not count its deadlines from before it
  sockets_.poll(slept_);
  update_time();
}

void io_shard::update_time() {
  now_ = timer_wheel::clock::now();
  slept_ = false;
}

void io_shard::turn() {
  fire_timers();
  run_deferred();
  take_inbox();
  run_messages();
  run_actors();
  run_messages();
  flush_dirty();
  pass_on();
  arm_wake_up();
}

bool io_shard::has_work() const {
  return !deferred_.empty() || !jobs_.empty() || !messages_.empty() || !dirty_.empty() || !passing_.empty();
}

// Announces under the inbox's mutex that this shard will block, so that the next hand-over wakes it.
bool io_shard::may_sleep() {
  const std::lock_guard guard{inbox_mutex_};
  sleeping_ = inbox_.empty();
  return sleeping_;
}

void io_shard::take_inbox() {
  hand_over batch;
  {
    const std::lock_guard guard{inbox_mutex_};
    sleeping_ = false;
    std::swap(batch, inbox_);
    messages_in_inbox_.store(false, std::memory_order_release);
  }
  accept(std::move(batch));
}

void io_shard::accept(hand_over&& batch) {
  jobs_.insert(jobs_.end(), batch.jobs.begin(), batch.jobs.end());
  for (auto& message : batch.messages) messages_.push_back(std::move(message));
  for (auto& what : batch.tasks) what();
}

void io_shard::run_deferred() {
  // What this puts off again waits for the next turn: who sends without end takes one turn after the other with all.
  for (auto left = std::min(deferred_.size(), max_deferred_per_turn); left > 0; --left) {
    const auto what = std::move(deferred_.front());
    deferred_.pop_front();
    what();
  }
}

void io_shard::run_actors() {
  for (std::size_t done = 0; done < max_jobs_per_turn && !jobs_.empty(); ++done) {
    auto* job = jobs_.front();
    jobs_.pop_front();
    if (job->resume(this, max_throughput) == caf::resumable::resume_later)
      jobs_.push_back(job);
    else
      caf::intrusive_ptr_release(job);
  }
}

void io_shard::run_messages() {
  // What handling these brings waits for the next turn, so that sockets are not starved.
  for (auto left = messages_.size(); left > 0; --left) {
    const auto message = std::move(messages_.front());
    messages_.pop_front();
    if (sink_) sink_(*message);
  }
}

void io_shard::pass_on() {
  for (auto& [shard, batch] : outgoing_)
    if (!batch.empty()) shard->receive(batch);
}

void io_shard::mark(flushable& what, pace when) {
  const bool linked = what.flush_hook::is_linked();
  if (when == pace::gathered && max_gathering_.count() > 0) {
    ++gathered_frames_;
    if (linked) return;
    ++gathered_sockets_;
    what.gathered_ = true;
    gathering_.push_back(what);
    return;
  }
  if (linked && !what.gathered_) return;
  if (linked) what.flush_hook::unlink();
  what.gathered_ = false;
  dirty_.push_back(what);
}

bool io_shard::pass_is_due() const {
  if (!passing_.empty() || gathering_.empty()) return false;
  return now_ >= gather_until_ || gathered_frames_ >= enough_gathered * gathered_sockets_;
}

void io_shard::begin_pass() {
  passing_.swap(gathering_);
  gathered_frames_ = 0;
  gathered_sockets_ = 0;
  pass_cost_ = {};
}

void io_shard::flush_some(flush_list& list) {
  for (std::size_t done = 0; done < max_flushes_per_turn && !list.empty(); ++done) {
    auto& next = list.front();
    list.pop_front();
    next.flush();
  }
}

void io_shard::flush_dirty() {
  flush_some(dirty_);
  if (pass_is_due()) begin_pass();
  if (passing_.empty()) return;
  const auto started = timer_wheel::clock::now();
  flush_some(passing_);
  const auto ended = timer_wheel::clock::now();
  pass_cost_ += ended - started;
  if (!passing_.empty()) return;
  const auto whole = gathering_nodes_ * pass_cost_;
  gather_until_ = ended + (whole - pass_cost_) + std::min(gathering_rest * whole, max_gathering_);
}

void io_shard::fire_timers() {
  if (const auto due = timers_.next(); due && *due <= now_) timers_.advance(now_);
}

// For the sleep that may follow. An alarm that nobody needs any more is left: it costs a turn, and to take it back
// costs a system call.
void io_shard::arm_wake_up() {
  if (has_work()) return;
  auto due = timers_.next().value_or(timer_wheel::time_point::max());
  if (!gathering_.empty()) due = std::min(due, gather_until_);
  const bool armed = due == alarm_at_ && due > now_;
  if (armed || due == timer_wheel::time_point::max()) return;
  alarm_at_ = due;
  const auto since_boot = due.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_boot);
  const itimerspec at{{}, {whole.count(), std::chrono::nanoseconds{since_boot - whole}.count()}};
  ::timerfd_settime(alarm_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
}

// Actors that are still queued at the end would leak their references. What others wanted done here is not: whom it
// concerns is gone.
void io_shard::discard_rest() {
  hand_over rest;
  {
    const std::lock_guard guard{inbox_mutex_};
    std::swap(rest, inbox_);
  }
  for (auto* job : rest.jobs) caf::scheduler::abstract_coordinator::cleanup_and_release(job);
  messages_.clear();
  for (auto* job : jobs_) caf::scheduler::abstract_coordinator::cleanup_and_release(job);
  jobs_.clear();
  deferred_.clear();
  sink_ = nullptr;
}

}  // namespace parley::net
