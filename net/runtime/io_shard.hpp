// One thread that runs everything of its connections: an event loop and a CAF execution unit in one. A turn of the loop
// polls the sockets, runs what was put off and the actors that became ready, hands messages to the shard's network
// actor, hands over what other shards are to get, and flushes what is to be written.
// Invariant: all members except the inbox are touched by the shard's thread only; the inbox's mutex is held for a
// swap or a push, never while anything runs.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/intrusive/list.hpp>
#include <caf/actor_system.hpp>
#include <caf/execution_unit.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include "net/runtime/poller.hpp"
#include "net/runtime/timer_wheel.hpp"

namespace parley::net {

using flush_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct flush_tag>,
                                                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Something with bytes to write, flushed once at the end of the turn in which it was marked. Unmarks itself when
/// destroyed.
class flushable : public flush_hook {
  friend class io_shard;

 public:
  flushable() = default;
  flushable(const flushable&) = delete;
  flushable& operator=(const flushable&) = delete;
  virtual ~flushable() = default;
  virtual void flush() = 0;

 private:
  bool gathered_ = false;  // it waits for a pass, or its turn in one
};

/// When something marked is flushed: at the end of this turn, or, where many sockets get the same and the shard is
/// busy, a little later, together with what comes until then.
enum class pace : std::uint8_t { this_turn, gathered };

class io_shard final : public caf::execution_unit {
 public:
  using task = std::function<void()>;
  using message_sink = std::function<void(caf::mailbox_element&)>;

  /// Actors resumed in one turn before the sockets are polled again, and messages each may consume at a time.
  static constexpr std::size_t max_jobs_per_turn = 512;
  static constexpr std::size_t max_throughput = 32;
  /// Of what was put off, done in one turn.
  static constexpr std::size_t max_deferred_per_turn = 512;
  /// Sockets written in one turn: a long fan-out is cut into slices of this size, so that the shard keeps serving.
  static constexpr std::size_t max_flushes_per_turn = 256;
  /// After a pass over the gathered sockets the next one waits this many times as long as the pass took, so that
  /// large fan-outs leave most of the shard's time to everything else, and more frames share a `sendmsg` the busier
  /// it is. An idle shard waits for nothing.
  static constexpr int gathering_rest = 8;
  /// So many frames per gathered socket are worth a pass at once.
  static constexpr std::size_t enough_gathered = 16;

  io_shard(caf::actor_system& system, std::uint8_t index);
  ~io_shard() override;

  io_shard(const io_shard&) = delete;
  io_shard& operator=(const io_shard&) = delete;

  // -- from any thread ---------------------------------------------------------------------------------------------

  std::uint8_t index() const { return index_; }
  /// Takes over the caller's reference to `job`.
  void enqueue(caf::resumable* job);
  /// A message for this shard's network actor. They arrive in the order in which they were sent, also those of an
  /// actor that runs now on one shard and now on another.
  void enqueue(caf::mailbox_element_ptr message);
  void post(task what);
  /// The sockets it serves.
  std::size_t load() const { return sockets_.size(); }
  void start();
  /// Ends the thread after the turn it is in; joins it.
  void stop();

  /// The shard whose thread this is, or null.
  static io_shard* current();

  // -- from the shard's thread -------------------------------------------------------------------------------------

  void exec_later(caf::resumable* job) override { jobs_.push_back(job); }
  poller& sockets() { return sockets_; }
  /// Does something later in this turn, or in the next: not within a call whose caller it could pull the ground from.
  void defer(task what) { deferred_.push_back(std::move(what)); }
  timer_wheel& timers() { return timers_; }
  /// The time at the beginning of this turn, or since the thread woke up in it.
  timer_wheel::time_point now() {
    if (slept_) update_time();
    return now_;
  }
  void arm(timer_wheel::timer& which, std::chrono::nanoseconds delay) { timers_.arm(which, now(), delay); }
  void mark(flushable& what, pace when = pace::this_turn);
  /// How long a connection that this side closes may take to answer that, until it is cut off.
  std::chrono::milliseconds close_timeout() const { return close_timeout_; }
  void set_close_timeout(std::chrono::milliseconds longest) { close_timeout_ = longest; }

  /// The longest that what is marked as gathered may wait; zero: it never waits.
  void set_max_gathering(std::chrono::nanoseconds longest) { max_gathering_ = longest; }
  /// So many nodes share a large audience: this shard's passes are that much shorter, and begin as far apart as if it
  /// had all of it. So as many frames share a `sendmsg` on several nodes as on one.
  void set_gathering_nodes(std::size_t count) { gathering_nodes_ = static_cast<int>(count); }
  void set_sink(message_sink sink) { sink_ = std::move(sink); }

 private:
  struct hand_over {
    std::vector<caf::resumable*> jobs;
    std::vector<caf::mailbox_element_ptr> messages;
    std::vector<task> tasks;
    bool empty() const { return jobs.empty() && messages.empty() && tasks.empty(); }
  };

  using flush_list = boost::intrusive::list<flushable, boost::intrusive::base_hook<flush_hook>,
                                            boost::intrusive::constant_time_size<false>>;

  void run();
  void turn();
  void poll_sockets();
  void update_time();
  void take_inbox();
  void run_deferred();
  void run_actors();
  void run_messages();
  void pass_on();
  void flush_dirty();
  static void flush_some(flush_list& list);
  void begin_pass();
  bool pass_is_due() const;
  void fire_timers();
  void arm_wake_up();
  bool has_work() const;
  bool may_sleep();
  void accept(hand_over&& batch);
  void discard_rest();

  /// What another gathered for this shard in one turn; wakes this shard at most once.
  void receive(hand_over& batch);
  void wake_up();
  hand_over& outgoing_to(const io_shard& target);

  const std::uint8_t index_;
  poller sockets_;
  unique_fd wake_;
  unique_fd alarm_;
  timer_wheel::time_point alarm_at_ = timer_wheel::time_point::max();
  timer_wheel timers_;
  timer_wheel::time_point now_;
  bool slept_ = false;  // since `now_` was read, perhaps for long
  std::deque<task> deferred_;
  std::deque<caf::resumable*> jobs_;
  std::deque<caf::mailbox_element_ptr> messages_;
  message_sink sink_;
  flush_list dirty_;
  flush_list gathering_;              // waits for the next pass
  flush_list passing_;                // what is left of the pass that is under way
  std::size_t gathered_sockets_ = 0;  // marks that put a socket on the list, some of which may be gone
  std::size_t gathered_frames_ = 0;
  std::chrono::nanoseconds max_gathering_{0};
  std::chrono::nanoseconds pass_cost_{0};
  int gathering_nodes_ = 1;
  timer_wheel::time_point gather_until_{};
  std::vector<std::pair<io_shard*, hand_over>> outgoing_;

  std::mutex inbox_mutex_;
  hand_over inbox_;
  std::atomic<bool> messages_in_inbox_{false};
  bool sleeping_ = false;
  bool stopping_ = false;

  std::thread thread_;
  std::chrono::milliseconds close_timeout_{2000};
};

}  // namespace parley::net
