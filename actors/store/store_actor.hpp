// The only place that blocks: an actor with a thread of its own that works off what is to be read or written, all that
// waits in its mailbox in one transaction (group commit). Invariant: a task hears that it is done only after the
// commit, and exactly once; one task's failure leaves the others of its transaction unharmed.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/handles.hpp"
#include "actors/store/store.hpp"
#include "protocol/domain/errors.hpp"

namespace parley {

/// A piece of work on the store's thread. `finish` is called once: with null when it is durable, else with the reason;
/// it must only send messages.
class store_task {
 public:
  virtual ~store_task() = default;
  virtual void run(store& on) = 0;
  virtual void finish(const error* failure) = 0;
};

struct store_order {
  std::shared_ptr<store_task> task;
};

/// The actor to itself: what has gathered until now is one transaction.
struct commit_now {};

/// The actor to itself while the database refuses: is it back?
struct probe_store {};

/// The actor to itself: time to delete what need not be kept.
struct prune_now {};

/// What is kept: messages of that age, so many of each conversation; 0: without bound.
struct retention {
  std::chrono::seconds age{0};
  std::uint64_t count = 0;
  bool any() const { return age.count() > 0 || count > 0; }
};
inline constexpr std::chrono::seconds prune_interval{60};
/// Messages deleted in one transaction: others must not wait long.
inline constexpr std::size_t prune_step = 1000;

/// What others may know of a store without asking it.
struct store_gauge {
  /// How many store actors cannot get at their database.
  std::atomic<int> broken{0};
  bool healthy() const { return broken == 0; }
  std::atomic<std::size_t> waiting{0};
  std::atomic<bool> has_users{false};
};

/// Tasks in one transaction, at most.
inline constexpr std::size_t max_store_batch = 512;
inline constexpr std::chrono::milliseconds store_probe_interval{500};

struct store_start {
  /// Throws store_failure where the database cannot be opened now.
  std::function<std::unique_ptr<store>()> open;
  std::shared_ptr<store_gauge> gauge;
  /// Whether the probe writes as well: a full disk can still be read.
  bool writes = true;
  retention keep{};
  timestamp (*now)() = [] { return std::chrono::system_clock::now(); };
};

struct store_data {
  static inline const char* name = "store";

  store_data() = default;
  store_data(const store_data&) = delete;
  store_data& operator=(const store_data&) = delete;
  ~store_data() {
    if (broken) --with.gauge->broken;
  }

  store_start with;
  std::unique_ptr<store> database;
  bool broken = false;
  std::vector<std::shared_ptr<store_task>> waiting;
};

using store_pointer = store_hdl::stateful_pointer<store_data>;

store_hdl::behavior_type store_actor(store_pointer self, store_start with);

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::store_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::commit_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::probe_store)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::prune_now)
