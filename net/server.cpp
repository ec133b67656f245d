#include "net/server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include "actors/guardian.hpp"
#include "net/cluster.hpp"
#include "net/log.hpp"
#include "net/runtime/shard_scheduler.hpp"
#include "net/services.hpp"
#include "net/shard_server.hpp"
#include "net/stop_watch.hpp"

namespace parley::net {
namespace {

constexpr std::chrono::seconds core_timeout{10};
constexpr std::chrono::milliseconds drain_poll{20};
constexpr std::chrono::seconds actors_timeout{1};  // for the actors to quit once their clients are gone
constexpr std::chrono::milliseconds taken_out_drain{500};
constexpr std::chrono::seconds hand_over_timeout{3};
/// For all that comes behind those waits: threads that end, sockets and databases that are closed.
constexpr std::chrono::seconds teardown_timeout{6};
/// Clients that a node of a cluster sends away at once when it stops, how many times at most, and how far apart.
constexpr std::size_t dismissed_at_once = 200;
constexpr std::size_t max_dismissal_stages = 20;
constexpr std::chrono::milliseconds dismissal_interval{100};

/// The signals that end the server are taken by `sigwait`; blocked before any thread starts, so in all of them. The
/// third one is the process's word to itself: begin anew.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // who reads the log may go before us
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of the size of files is as a full disk: the store says so
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGTERM);
  sigaddset(&ours, SIGINT);
  sigaddset(&ours, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &ours, nullptr);
  return ours;
}

/// As many file descriptors as the hard limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// What a server is made of.
struct server_parts {
  std::chrono::milliseconds drain_timeout{};
  std::unique_ptr<shared_services> services;
  std::size_t threads = 1;
  std::optional<cluster_options> cluster{};
};

class server {
 public:
  explicit server(server_parts parts)
      : drain_timeout_{parts.drain_timeout},
        services_{std::move(parts.services)},
        cluster_options_{std::move(parts.cluster)},
        system_config_{make_config(parts.threads)},
        system_{*system_config_} {}

  /// False when its actors do not come up.
  bool start() {
    each_shard(
        [this](io_shard& shard) { shards_.push_back(std::make_unique<shard_server>(shard, system_, *services_)); });
    std::vector<network_hdl> networks;
    for (const auto& shard : shards_) {
      services_->shards.push_back(shard.get());
      networks.push_back(shard->network().handle());
    }
    guardian_start with{services_->actors, std::move(networks),   scheduler().size(),
                        services_->store,  [this] { give_up(); }, ownership{services_->node, 0, {}}};
    guardian_ = system_.spawn(guardian_actor, std::move(with));
    return wait_for_core();
  }

  /// Takes this node's place in the cluster; the error says why it cannot. It may take until others are gone whom
  /// nobody reaches: `has_joined` tells.
  std::optional<std::string> join_cluster() {
    if (!cluster_options_) return std::nullopt;
    cluster_.emplace(system_, cluster::parts{*cluster_options_, services_->node, services_->actors, guardian_,
                                             [this] { begin_anew(); }});
    services_->cluster = &cluster_->standing();
    return cluster_->listen();
  }
  bool has_joined() const { return !cluster_ || cluster_->standing().member; }

  /// The error says where it cannot listen; then it serves nowhere.
  std::optional<std::string> serve(const std::vector<reserved_address>& at) {
    std::vector<io_shard*> shards;
    for (const auto& shard : shards_) shards.push_back(&shard->shard());
    std::vector<std::shared_ptr<listener>> listeners;
    for (const auto& each : at) {
      auto socket = each.listen();
      if (!socket) return socket.failure();
      listeners.push_back(std::make_shared<listener>(*std::move(socket), shards));
    }
    services_->ready = true;
    each_shard([&listeners, this](io_shard& shard) {
      for (const auto& each : listeners) shards_[shard.index()]->listen(each);
    });
    return std::nullopt;
  }

  /// The others have taken this node out of the cluster: what it knows is out of date.
  bool must_begin_anew() const { return taken_out_; }

  /// The guardian gave up on an actor that everything needs.
  bool failed() const { return failed_; }

  /// The longest that stopping, and the end of this object, may take.
  std::chrono::milliseconds stop_limit() const {
    return drain_timeout_ + max_dismissal_stages * dismissal_interval + hand_over_timeout + actors_timeout +
           teardown_timeout;
  }

  void stop() {
    services_->ready = false;
    // New clients are refused from here on. Those who poll come once more, to fetch what was said to them.
    dismiss_clients();
    wait_until_drained();
    hand_over();
    each_shard([this](io_shard& shard) {
      shards_[shard.index()]->stop_listening();
      shards_[shard.index()]->abort_clients();
    });
    if (cluster_) cluster_->stop();
    caf::anon_send_exit(guardian_, caf::exit_reason::user_shutdown);
    guardian_ = nullptr;
    wait_for_actors();
    each_shard([this](io_shard& shard) {
      shards_[shard.index()].reset();
      shard.timers().clear();  // of what outlives its shard in a message somewhere
    });
  }

 private:
  void give_up() {
    failed_ = true;
    ::kill(::getpid(), SIGTERM);
  }

  void begin_anew() {
    taken_out_ = true;
    ::kill(::getpid(), SIGUSR1);
  }

  /// In a cluster a part at a time, so that the other nodes are not stormed.
  void dismiss_clients() {
    const auto all = services_->connections.load();
    const bool in_stages = cluster_ && !taken_out_ && all > dismissed_at_once;
    const auto stages = in_stages ? std::min(all / dismissed_at_once + 1, max_dismissal_stages) : 1;
    for (auto left = stages; left > 0; --left) {
      each_shard([this, left](io_shard& shard) { shards_[shard.index()]->dismiss_clients(left); });
      if (left > 1) std::this_thread::sleep_for(dismissal_interval);
    }
  }

  /// What this node owns goes to the others, while it still answers.
  void hand_over() {
    if (!cluster_ || taken_out_) return;
    cluster_->leave();
    const auto deadline = std::chrono::steady_clock::now() + hand_over_timeout;
    while (!cluster_->standing().handed_over && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(drain_poll);
    if (!cluster_->standing().handed_over) log::warn(log::component::server, "the others took nothing over", {});
  }

  /// No client may come before the actors that it needs.
  bool wait_for_core() {
    const auto deadline = std::chrono::steady_clock::now() + core_timeout;
    while (std::chrono::steady_clock::now() < deadline) {
      std::size_t ready = 0;
      each_shard([&](io_shard& shard) { ready += shards_[shard.index()]->network().actors() ? 1 : 0; });
      if (ready == shards_.size()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return false;
  }

  std::unique_ptr<caf::actor_system_config> make_config(std::size_t threads) {
    auto made = std::make_unique<caf::actor_system_config>();
    caf::put(made->content, shard_scheduler::shards_option, static_cast<std::int64_t>(threads));
    made->load<shard_scheduler>();
    if (cluster_options_) configure_links(*made, *cluster_options_);
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
    const auto patience = taken_out_ ? std::min(drain_timeout_, taken_out_drain) : drain_timeout_;
    const auto deadline = std::chrono::steady_clock::now() + patience;
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
  std::optional<cluster_options> cluster_options_;
  std::unique_ptr<caf::actor_system_config> system_config_;
  caf::actor_system system_;
  std::vector<std::unique_ptr<shard_server>> shards_;
  guardian_hdl guardian_;
  std::optional<cluster> cluster_;
  std::atomic<bool> failed_{false};
  std::atomic<bool> taken_out_{false};
};

void announce(const std::vector<reserved_address>& at) {
  for (const auto& each : at) std::printf("listening on %s\n", each.url().c_str());
  std::fflush(stdout);
}

/// How a run ended.
enum class ending { stopped, failed, not_started, name_taken, taken_out };

ending cannot_start(const std::string& why) {
  log::error(log::component::server, "cannot start", {{"reason", why}});
  return ending::not_started;
}

/// False when a signal came first.
bool wait_until_joined(const server& serving, const sigset_t& signals) {
  constexpr timespec poll{0, 20'000'000};
  while (!serving.has_joined())
    if (sigtimedwait(&signals, nullptr, &poll) > 0) return false;
  return true;
}

/// After a moment. A node that begins anew may find the database not there yet, as its network is only just back.
bool is_told_to_stop(const sigset_t& signals) {
  constexpr timespec pause{0, 500'000'000};
  return sigtimedwait(&signals, nullptr, &pause) > 0;
}

/// The number of this run of the node; 0 where there is no cluster.
result<std::uint32_t, ending> enroll(const std::optional<cluster_options>& options) {
  if (!options) return 0U;
  if (auto wrong = check_certificates(*options)) return cannot_start(*wrong);
  const auto number = enroll_node(*options);
  if (number) return *number;
  cannot_start(number.failure().why);
  return number.failure().name_taken ? ending::name_taken : ending::not_started;
}

/// From start to end, once; in a cluster, as one run of the node.
ending serve(const config& how, const std::vector<reserved_address>& at, const sigset_t& signals) {
  const auto options = cluster_options::from(how);
  const auto node = enroll(options);
  if (!node) return node.failure();
  auto services = make_services(how, *node);
  if (!services) return cannot_start(services.failure());
  stop_watch watch;  // outlives the server
  const auto threads = how.threads > 0 ? how.threads : std::max(1U, std::thread::hardware_concurrency());
  server serving{{how.drain_timeout, std::move(*services), threads, options}};
  auto wrong = serving.start() ? serving.join_cluster() : "its actors do not come up";
  const bool joined = !wrong && wait_until_joined(serving, signals);
  if (joined) wrong = serving.serve(at);
  if (wrong) {
    watch.start(serving.stop_limit());
    serving.stop();
    return cannot_start(*wrong);
  }
  if (joined) {
    announce(at);
    int received = 0;
    sigwait(&signals, &received);
    log::info(log::component::server, "stopping", {{"signal", std::to_string(received)}});
  }
  watch.start(serving.stop_limit());
  serving.stop();
  if (serving.must_begin_anew()) return ending::taken_out;
  return serving.failed() ? ending::failed : ending::stopped;
}

}  // namespace

int run(const config& how) {
  const auto signals = block_signals();
  raise_descriptor_limit();
  const auto addresses = reserved_address::reserve(how.listen, how.listen_mode);
  if (!addresses) {
    cannot_start(addresses.failure());
    return 1;
  }
  auto ended = serve(how, *addresses, signals);
  while (ended == ending::taken_out) {
    log::warn(log::component::server, "taken out of the cluster by the others: beginning anew", {});
    do ended = serve(how, *addresses, signals);
    while (ended == ending::not_started && !is_told_to_stop(signals));
  }
  return ended == ending::stopped ? 0 : 1;
}

}  // namespace parley::net
