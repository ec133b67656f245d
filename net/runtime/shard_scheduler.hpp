// CAF's scheduler, made of our shards: an actor woken on a shard runs there, one woken from elsewhere on the next
// shard in turn. Built by CAF from the configuration's module list before any actor exists; owns the shards.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <caf/actor_system_config.hpp>
#include <caf/detail/type_list.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include "net/runtime/delay_clock.hpp"
#include "net/runtime/io_shard.hpp"

namespace parley::net {

class shard_scheduler final : public caf::scheduler::abstract_coordinator {
 public:
  /// Names the number of shards in the actor system's configuration; an integer from 1 to 255.
  static constexpr char shards_option[] = "parley.shards";

  explicit shard_scheduler(caf::actor_system& system);

  /// What CAF's module factory calls (`cfg.load<shard_scheduler>()`).
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

  /// The scheduler of a system that was configured with one of these.
  static shard_scheduler& of(caf::actor_system& system);

  std::size_t size() const { return shards_.size(); }
  io_shard& operator[](std::size_t index) { return *shards_[index]; }

  void enqueue(caf::resumable* job) override;
  caf::actor_clock& clock() noexcept override { return clock_; }

 protected:
  void start() override;
  void stop() override;

 private:
  std::vector<std::unique_ptr<io_shard>> shards_;
  delay_clock clock_;
};

}  // namespace parley::net
