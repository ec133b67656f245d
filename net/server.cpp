#include "net/server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include "actors/guardian.hpp"
#include "net/cluster.hpp"
#include "net/drain.hpp"
#include "net/log.hpp"
#include "net/process_signals.hpp"
#include "net/reloader.hpp"
#include "net/runtime/shard_scheduler.hpp"
#include "net/services.hpp"
#include "net/shard_server.hpp"
#include "net/stop_watch.hpp"

namespace parley::net {
namespace {

constexpr std::chrono::seconds core_timeout{10};
constexpr std::chrono::milliseconds stop_poll{20};
/// A node that was taken out, or whose actors fail, cannot serve anybody: its clients go at once.
constexpr drain_plan at_once{.timeout = std::chrono::milliseconds{500}};
constexpr std::chrono::seconds hand_over_timeout{3};
/// For the actors to quit once their clients are gone, and as long as some do: they may be hundreds of thousands.
constexpr std::chrono::seconds actors_pause{1};
constexpr std::chrono::seconds actors_timeout{20};
/// For all that comes behind those waits: threads that end, sockets and databases that are closed.
constexpr std::chrono::seconds teardown_timeout{6};

/// As many file descriptors as the hard limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// What a server is made of.
struct server_parts {
  drain_plan draining{};
  std::unique_ptr<shared_services> services;
  std::size_t threads = 1;
  std::optional<cluster_options> cluster{};
};

class server final : private drained {
 public:
  server(server_parts parts, const process_signals& signals)
      : draining_{parts.draining},
        signals_{signals},
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
    services_->accepting = true;
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
    return draining_.delay + draining_.timeout + last_close + hand_over_timeout + actors_timeout + teardown_timeout;
  }

  shared_services& services() { return *services_; }

  void stop() {
    services_->ready = false;
    const auto& plan = taken_out_ || failed_ ? at_once : draining_;
    log::info(log::component::server, "draining",
              {{"clients", std::to_string(clients())},
               {"delay_ms", std::to_string(plan.delay.count())},
               {"clients_per_second", std::to_string(plan.rate)}});
    if (const auto left = drain(*this, plan); left > 0)
      log::warn(log::component::server, "clients were closed at once",
                {{"clients", std::to_string(left)},
                 {"reason", hurried_ ? "a second signal came" : "the time to drain was over"}});
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
    process_signals::wake();
  }

  void begin_anew() {
    taken_out_ = true;
    process_signals::wake();
  }

  // -- drained -------------------------------------------------------------------------------------------------------

  std::size_t clients() const override { return services_->connections; }
  // Those who poll come once more, to fetch what was said to them.
  void refuse_new_clients() override { services_->accepting = false; }
  std::size_t close_clients(std::size_t count) override {
    std::size_t closed = 0;
    each_shard([&](io_shard& shard) { closed += shards_[shard.index()]->drain_clients(count - closed); });
    return closed;
  }
  // Who asks a second time, means now.
  bool wait(std::chrono::milliseconds time) override {
    const auto end = clock::now() + time;
    do {  // SIGHUP, and our own word, mean nothing by now
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
      hurried_ = hurried_ || signals_.wait_for(std::max(left, std::chrono::milliseconds{0})) == signal_event::stop;
    } while (!hurried_ && clock::now() < end);
    if (hurried_) std::this_thread::sleep_for(std::min(time, stop_poll));
    return !hurried_;
  }
  clock::time_point now() const override { return clock::now(); }

  /// What this node owns goes to the others, while it still answers.
  void hand_over() {
    if (!cluster_ || taken_out_) return;
    cluster_->leave();
    const auto deadline = std::chrono::steady_clock::now() + hand_over_timeout;
    while (!cluster_->standing().handed_over && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(stop_poll);
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

  void wait_for_actors() {
    const auto& registry = system_.registry();
    const auto deadline = clock::now() + actors_timeout;
    auto left = registry.running();
    for (auto patient = clock::now() + actors_pause; left > 0 && clock::now() < std::min(patient, deadline);) {
      std::this_thread::sleep_for(stop_poll);
      if (const auto now_running = registry.running(); now_running < left) {
        left = now_running;
        patient = clock::now() + actors_pause;
      }
    }
    if (left > 0) log::warn(log::component::server, "actors are still running", {{"count", std::to_string(left)}});
    system_.await_actors_before_shutdown(false);
  }

  const drain_plan draining_;
  const process_signals& signals_;
  bool hurried_ = false;
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

/// Why a server ends.
enum class cause { none, signal, itself };

/// It was taken out of its cluster, or its actors fail. Asked before each wait, as what woke that may have come
/// earlier.
bool must_end(const server& serving) { return serving.must_begin_anew() || serving.failed(); }

/// `none` when it has its place in the cluster.
cause wait_until_joined(server& serving, const process_signals& signals, reloader& configuration) {
  while (!serving.has_joined()) {
    if (must_end(serving)) return cause::itself;
    const auto next = signals.wait_for(stop_poll);
    if (next == signal_event::stop) return cause::signal;
    if (next == signal_event::reload) configuration.reload(serving.services());
  }
  return cause::none;
}

/// After a moment. A node that begins anew may find the database not there yet, as its network is only just back.
bool is_told_to_stop(const process_signals& signals) {
  constexpr std::chrono::milliseconds pause{500};
  return signals.wait_for(pause) == signal_event::stop;
}

/// Serves until it shall end.
cause wait_for_end(server& serving, const process_signals& signals, reloader& configuration) {
  for (;;) {
    if (must_end(serving)) return cause::itself;
    const auto next = signals.wait();
    if (next == signal_event::reload) configuration.reload(serving.services());
    if (next != signal_event::stop) continue;
    log::info(log::component::server, "told to stop by a signal", {});
    return cause::signal;
  }
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
ending serve(reloader& configuration, const std::vector<reserved_address>& at, const process_signals& signals) {
  const auto& how = configuration.current();
  const auto options = cluster_options::from(how);
  const auto node = enroll(options);
  if (!node) return node.failure();
  auto services = make_services(how, *node);
  if (!services) return cannot_start(services.failure());
  stop_watch watch;  // outlives the server
  const auto threads = how.threads > 0 ? how.threads : std::max(1U, std::thread::hardware_concurrency());
  const drain_plan draining{how.drain_delay, how.drain_rate, how.drain_timeout};
  server serving{{draining, std::move(*services), threads, options}, signals};
  auto wrong = serving.start() ? serving.join_cluster() : "its actors do not come up";
  auto why = wrong ? cause::itself : wait_until_joined(serving, signals, configuration);
  if (why == cause::none) wrong = serving.serve(at);
  if (!wrong && why == cause::none) {
    announce(at);
    why = wait_for_end(serving, signals, configuration);
  }
  watch.start(serving.stop_limit());
  serving.stop();
  if (wrong) return cannot_start(*wrong);
  // Who was told to stop does not begin anew, whatever the others decided meanwhile.
  if (why == cause::itself && serving.must_begin_anew()) return ending::taken_out;
  return serving.failed() ? ending::failed : ending::stopped;
}

}  // namespace

int run(loaded_config with, std::function<loaded_config()> read_again) {
  const process_signals signals;
  raise_descriptor_limit();
  reloader configuration{std::move(with), std::move(read_again)};
  const auto& how = configuration.current();
  const auto addresses = reserved_address::reserve(how.listen, how.listen_mode);
  if (!addresses) {
    cannot_start(addresses.failure());
    return 1;
  }
  auto ended = serve(configuration, *addresses, signals);
  while (ended == ending::taken_out) {
    log::warn(log::component::server, "taken out of the cluster by the others: beginning anew", {});
    do ended = serve(configuration, *addresses, signals);
    while (ended == ending::not_started && !is_told_to_stop(signals));
  }
  return ended == ending::stopped ? 0 : 1;
}

}  // namespace parley::net
