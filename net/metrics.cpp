#include "net/metrics.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace parley::net::metrics {
namespace {

struct book {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& rejected =
      prometheus::BuildCounter()
          .Name("parley_rejected_total")
          .Help("What was refused of clients, by where it was noticed and why")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& crashes =
      prometheus::BuildCounter().Name("parley_actor_crashes_total").Help("Actors that crashed").Register(registry);
  prometheus::Family<prometheus::Counter>& disconnects = prometheus::BuildCounter()
                                                             .Name("parley_disconnects_total")
                                                             .Help("Connections that ended, by transport and reason")
                                                             .Register(registry);
  prometheus::Counter& forgotten = prometheus::BuildCounter()
                                       .Name("parley_sync_forgotten_total")
                                       .Help("Conversations of which it was forgotten what a session has heard")
                                       .Register(registry)
                                       .Add({});
  prometheus::Gauge& connections =
      prometheus::BuildGauge().Name("parley_connections").Help("Clients that are connected").Register(registry).Add({});
  prometheus::Gauge& ready =
      prometheus::BuildGauge().Name("parley_ready").Help("1 when new clients are taken").Register(registry).Add({});
  prometheus::Gauge& store_healthy = prometheus::BuildGauge()
                                         .Name("parley_store_healthy")
                                         .Help("1 when the database answers")
                                         .Register(registry)
                                         .Add({});
  prometheus::Gauge& store_waiting = prometheus::BuildGauge()
                                         .Name("parley_store_waiting")
                                         .Help("What waits for the database")
                                         .Register(registry)
                                         .Add({});
  prometheus::Gauge& cluster_nodes = prometheus::BuildGauge()
                                         .Name("parley_cluster_nodes")
                                         .Help("Members of the cluster that answer, this node included")
                                         .Register(registry)
                                         .Add({});
  prometheus::Gauge& cluster_database = prometheus::BuildGauge()
                                            .Name("parley_cluster_database_answers")
                                            .Help("1 when the database says who the members are")
                                            .Register(registry)
                                            .Add({});
  prometheus::Gauge& cluster_view = prometheus::BuildGauge()
                                        .Name("parley_cluster_view")
                                        .Help("How often the members of the cluster have changed")
                                        .Register(registry)
                                        .Add({});
};

book& the_book() {
  static book instance;
  return instance;
}

/// Every client that comes goes, too: so the counters are not searched for, but kept.
struct disconnect_counters {
  static constexpr std::array<std::string_view, 3> transports{"polling", "websocket", "plain"};
  static constexpr std::array<std::string_view, 7> reasons{
      "transport close", "transport error",     "parse error", "ping timeout",
      "slow consumer",   "forced server close", "other"};

  disconnect_counters() {
    for (std::size_t i = 0; i < transports.size(); ++i)
      for (std::size_t k = 0; k < reasons.size(); ++k)
        each[i][k] = &the_book().disconnects.Add(
            {{"transport", std::string{transports[i]}}, {"reason", std::string{reasons[k]}}});
  }
  std::array<std::array<prometheus::Counter*, reasons.size()>, transports.size()> each{};
};

template <std::size_t Count>
std::size_t index_of(const std::array<std::string_view, Count>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end() - 1, name);
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

void count_rejected(std::string_view where, std::string_view reason) {
  the_book().rejected.Add({{"where", std::string{where}}, {"reason", std::string{reason}}}).Increment();
}

void count_disconnect(std::string_view transport, std::string_view reason) {
  static const disconnect_counters all;
  const auto& of_transport = all.each[index_of(disconnect_counters::transports, transport)];
  of_transport[index_of(disconnect_counters::reasons, reason)]->Increment();
}

void count_crash(std::string_view actor) { the_book().crashes.Add({{"actor", std::string{actor}}}).Increment(); }

void count_forgotten() { the_book().forgotten.Increment(); }

std::string render(const snapshot& now) {
  auto& all = the_book();
  all.connections.Set(static_cast<double>(now.connections));
  all.ready.Set(now.ready ? 1 : 0);
  all.store_healthy.Set(now.store_healthy ? 1 : 0);
  all.store_waiting.Set(static_cast<double>(now.store_waiting));
  all.cluster_nodes.Set(static_cast<double>(now.cluster_nodes));
  all.cluster_view.Set(static_cast<double>(now.cluster_view));
  all.cluster_database.Set(now.cluster_database_answers ? 1 : 0);
  return prometheus::TextSerializer{}.Serialize(all.registry.Collect());
}

}  // namespace parley::net::metrics
