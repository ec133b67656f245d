#include "net/server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <future>
#include <malloc.h>
#include <memory>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include "actors/guardian.hpp"
#include "net/log.hpp"
#include "net/runtime/shard_scheduler.hpp"
#include "net/services.hpp"
#include "net/shard_server.hpp"

namespace parley::net {
namespace {

constexpr std::chrono::milliseconds drain_poll{20};
constexpr std::chrono::seconds actors_timeout{1};  // for the actors to quit once their clients are gone

/// The signals that end the server are taken by `sigwait`; blocked before any thread starts, so in all of them.
sigset_t block_signals() {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ours, nullptr);
  return ours;
}

/// A thread's heap grows by a megabyte at a time: one system call for dozens of connections, not for each.
void let_heaps_grow() { ::mallopt(M_TOP_PAD, 1024 * 1024); }

/// As many file descriptors as the hard limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class server {
 public:
  server(std::chrono::milliseconds drain_timeout, std::unique_ptr<shared_services> services, std::size_t threads)
      : drain_timeout_{drain_timeout},
        services_{std::move(services)},
        system_config_{make_config(threads)},
        system_{*system_config_} {}

  void start(const reserved_address& at) {
    each_shard(
        [this](io_shard& shard) { shards_.push_back(std::make_unique<shard_server>(shard, system_, *services_)); });
    std::vector<network_hdl> networks;
    for (const auto& shard : shards_) {
      services_->shards.push_back(shard.get());
      networks.push_back(shard->network().handle());
    }
    guardian_ = system_.spawn(guardian_actor, guardian_start{services_->actors, std::move(networks), scheduler().size(),
                                                             services_->store, [this] { give_up(); }});
    wait_for_core();
    each_shard([&at, this](io_shard& shard) { shards_[shard.index()]->listen(at.endpoint()); });
    services_->ready = true;
  }

  /// The guardian gave up on an actor that everything needs.
  bool failed() const { return failed_; }

  void stop() {
    services_->ready = false;
    // New clients are refused from here on. Those who poll come once more, to fetch what was said to them.
    each_shard([this](io_shard& shard) { shards_[shard.index()]->dismiss_clients(); });
    wait_until_drained();
    each_shard([this](io_shard& shard) {
      shards_[shard.index()]->stop_listening();
      shards_[shard.index()]->abort_clients();
    });
    caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
    guardian_ = nullptr;
    wait_for_actors();
    each_shard([this](io_shard& shard) { shards_[shard.index()].reset(); });
  }

 private:
  void give_up() {
    failed_ = true;
    ::kill(::getpid(), SIGTERM);
  }

  /// No client may come before the actors that it needs.
  void wait_for_core() {
    std::size_t ready = 0;
    while (ready < shards_.size()) {
      ready = 0;
      each_shard([&](io_shard& shard) { ready += shards_[shard.index()]->network().actors() ? 1 : 0; });
      if (ready < shards_.size()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
  }

  static std::unique_ptr<caf::actor_system_config> make_config(std::size_t threads) {
    auto made = std::make_unique<caf::actor_system_config>();
    caf::put(made->content, shard_scheduler::shards_option, static_cast<std::int64_t>(threads));
    made->load<shard_scheduler>();
    return made;
  }

  shard_scheduler& scheduler() { return shard_scheduler::of(system_); }

  /// Runs `work` on every shard's thread, one after the other, and waits for it.
  template <class Work>
  void each_shard(Work work) {
    for (std::size_t index = 0; index < scheduler().size(); ++index) {
      std::promise<void> done;
      auto& shard = scheduler()[index];
      shard.post([&] {
        work(shard);
        done.set_value();
      });
      done.get_future().wait();
    }
  }

  void wait_until_drained() {
    const auto deadline = std::chrono::steady_clock::now() + drain_timeout_;
    while (services_->connections > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(drain_poll);
  }

  void wait_for_actors() {
    const auto deadline = std::chrono::steady_clock::now() + actors_timeout;
    while (system_.registry().running() > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(drain_poll);
    if (system_.registry().running() > 0)
      log::warn(log::component::server, "actors are still running",
                {{"count", std::to_string(system_.registry().running())}});
    system_.await_actors_before_shutdown(false);
  }

  const std::chrono::milliseconds drain_timeout_;
  std::unique_ptr<shared_services> services_;
  std::unique_ptr<caf::actor_system_config> system_config_;
  caf::actor_system system_;
  std::vector<std::unique_ptr<shard_server>> shards_;
  guardian_hdl guardian_;
  std::atomic<bool> failed_{false};
};

void announce(const tcp::endpoint& at) {
  const auto address = at.address();
  const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  std::printf("listening on http://%s:%u\n", host.c_str(), static_cast<unsigned>(at.port()));
  std::fflush(stdout);
}

}  // namespace

int run(const config& how) {
  const auto signals = block_signals();
  raise_descriptor_limit();
  let_heaps_grow();
  auto services = make_services(how);
  if (!services) {
    log::error(log::component::server, "cannot start", {{"reason", services.failure()}});
    return 1;
  }
  const auto address = reserved_address::reserve(how.host, how.port);
  if (!address) {
    log::error(log::component::server, "cannot start", {{"reason", address.failure()}});
    return 1;
  }
  const auto threads = how.threads > 0 ? how.threads : std::max(1U, std::thread::hardware_concurrency());
  server serving{how.drain_timeout, std::move(*services), threads};
  serving.start(*address);
  announce(address->endpoint());
  int received = 0;
  sigwait(&signals, &received);
  log::info(log::component::server, "stopping", {{"signal", std::to_string(received)}});
  serving.stop();
  return serving.failed() ? 1 : 0;
}

}  // namespace parley::net
