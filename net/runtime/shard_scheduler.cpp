#include "net/runtime/shard_scheduler.hpp"

#include <algorithm>
#include <cstdint>

namespace parley::net {

shard_scheduler::shard_scheduler(caf::actor_system& system) : caf::scheduler::abstract_coordinator{system} {
  const auto wanted = caf::get_or(system.config(), shards_option, std::int64_t{1});
  const auto count = static_cast<std::uint8_t>(std::clamp<std::int64_t>(wanted, 1, 255));
  shards_.reserve(count);
  for (std::uint8_t index = 0; index < count; ++index) shards_.push_back(std::make_unique<io_shard>(system, index));
}

caf::actor_system::module* shard_scheduler::make(caf::actor_system& system, caf::detail::type_list<>) {
  return new shard_scheduler{system};
}

shard_scheduler& shard_scheduler::of(caf::actor_system& system) {
  return dynamic_cast<shard_scheduler&>(system.scheduler());
}

void shard_scheduler::enqueue(caf::resumable* job) {
  if (auto* here = io_shard::current(); here != nullptr) {
    here->exec_later(job);
    return;
  }
  const auto next = next_worker_.fetch_add(1, std::memory_order_relaxed);
  shards_[next % shards_.size()]->enqueue(job);
}

// The base's start() would only spawn the printer of `caf::aout`, which nothing here uses.
void shard_scheduler::start() {
  for (auto& shard : shards_) shard->start();
  clock_.start();
}

void shard_scheduler::stop() {
  // The clock last: an actor that ends while nobody empties the clock's queue would wait for ever.
  for (auto& shard : shards_) shard->stop();
  clock_.stop();
}

}  // namespace parley::net
