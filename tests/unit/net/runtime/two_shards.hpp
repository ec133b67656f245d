// A scheduler of two shards, on which tests run their work.
#pragma once

#include <future>
#include <memory>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "net/runtime/io_shard.hpp"
#include "net/runtime/shard_scheduler.hpp"

namespace parley::net {

struct two_shards {
  two_shards() : config{make_config()}, system{*config} {}

  static std::unique_ptr<caf::actor_system_config> make_config() {
    auto made = std::make_unique<caf::actor_system_config>();
    caf::put(made->content, shard_scheduler::shards_option, std::int64_t{2});
    made->load<shard_scheduler>();
    return made;
  }

  io_shard& operator[](std::size_t index) { return shard_scheduler::of(system)[index]; }

  /// Runs `work` on a shard's thread, and waits for it.
  template <class Work>
  void on(std::size_t index, Work work) {
    std::promise<void> done;
    (*this)[index].post([&] {
      work((*this)[index]);
      done.set_value();
    });
    done.get_future().wait();
  }

  std::unique_ptr<caf::actor_system_config> config;
  caf::actor_system system;
};

}  // namespace parley::net
