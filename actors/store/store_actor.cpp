#include "actors/store/store_actor.hpp"

#include <utility>

namespace parley {
namespace {

using tasks = std::vector<std::shared_ptr<store_task>>;

error reason_of(const store_failure& failure) {
  return {failure.what_kind() == store_failure::kind::conflict ? errc::conflict : errc::unavailable, {}, {}};
}

void set_broken(store_pointer self, bool broken) {
  auto& state = self->state;
  if (std::exchange(state.broken, broken) == broken) return;
  state.with.gauge->broken += broken ? 1 : -1;
  if (broken) self->delayed_send(self, store_probe_interval, probe_store{});
}

void finish(const tasks& all, const error* failure) {
  for (const auto& task : all) task->finish(failure);
}

void open(store_pointer self) {
  auto& state = self->state;
  if (!state.database)
    state.database = state.with.open();
  else if (state.broken)
    state.database->reconnect();
}

/// Throws store_failure; nothing of it is left then.
void transact(store_pointer self, const tasks& all) {
  open(self);
  auto& database = *self->state.database;
  try {
    database.begin();
    for (const auto& task : all) task->run(database);
    database.commit();
  } catch (...) {
    database.rollback();
    throw;
  }
}

/// Returns why it failed.
std::optional<error> attempt_once(store_pointer self, const tasks& all) {
  try {
    transact(self, all);
    set_broken(self, false);
    return std::nullopt;
  } catch (const store_failure& failure) {
    const auto reason = reason_of(failure);
    if (reason.code == errc::unavailable) set_broken(self, true);
    return reason;
  } catch (const std::exception&) {
    return error{};
  }
}

// A connection that broke while nothing was asked of it is noticed by the next to ask. What only reads is asked again
// at once, over a new one; what writes is not: it may have been done.
std::optional<error> attempt(store_pointer self, const tasks& all) {
  const bool fine = !self->state.broken;
  const auto failure = attempt_once(self, all);
  const bool again = failure && failure->code == errc::unavailable && fine && !self->state.with.writes;
  return again ? attempt_once(self, all) : failure;
}

// One task that conflicts must not fail those that happened to wait beside it: then each gets its own transaction.
void commit(store_pointer self) {
  const auto all = std::exchange(self->state.waiting, {});
  if (all.empty()) return;
  const auto failure = attempt(self, all);
  if (!failure || failure->code == errc::unavailable || all.size() == 1) {
    finish(all, failure ? &*failure : nullptr);
    return;
  }
  for (const auto& task : all) {
    const tasks alone(1, task);
    const auto own = attempt(self, alone);
    finish(alone, own ? &*own : nullptr);
  }
}

void on_order(store_pointer self, const store_order& said) {
  auto& waiting = self->state.waiting;
  waiting.push_back(said.task);
  if (waiting.size() == 1)
    self->send(self, commit_now{});  // behind all that waits in the mailbox now
  else if (waiting.size() >= max_store_batch)
    commit(self);
}

/// The one write that means nothing: nobody has an empty id.
class probe_task final : public store_task {
 public:
  explicit probe_task(bool writes) : writes_{writes} {}
  void run(store& on) override {
    if (writes_) on.put_last_seen({user_id{}, "\"\""}, {});
  }
  void finish(const error*) override {}

 private:
  bool writes_;
};

void on_probe(store_pointer self) {
  if (!self->state.broken) return;
  if (attempt(self, {std::make_shared<probe_task>(self->state.with.writes)}))
    self->delayed_send(self, store_probe_interval, probe_store{});
}

class prune_task final : public store_task {
 public:
  explicit prune_task(const store_start& with)
      : before_{with.keep.age.count() > 0 ? std::optional{with.now() - with.keep.age} : std::nullopt},
        keep_{with.keep.count} {}
  void run(store& on) override { done_ = on.prune(before_, keep_, prune_step); }
  void finish(const error*) override {}
  bool more() const { return done_ >= prune_step; }

 private:
  std::optional<timestamp> before_;
  std::uint64_t keep_;
  std::size_t done_ = 0;
};

// Step by step, with what waits in between.
void on_prune(store_pointer self) {
  const auto task = std::make_shared<prune_task>(self->state.with);
  const bool failed = attempt(self, {task}).has_value();
  if (!failed && task->more())
    self->send(self, prune_now{});
  else
    self->delayed_send(self, prune_interval, prune_now{});
}

}  // namespace

store_hdl::behavior_type store_actor(store_pointer self, store_start with) {
  self->state.with = std::move(with);
  if (self->state.with.writes && self->state.with.keep.any()) self->send(self, prune_now{});
  return {
      [self](const store_order& said) { on_order(self, said); },
      [self](const commit_now&) { commit(self); },
      [self](const probe_store&) { on_probe(self); },
      [self](const prune_now&) { on_prune(self); },
  };
}

}  // namespace parley
