#include "net/metrics.hpp"

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

}  // namespace

void count_rejected(std::string_view where, std::string_view reason) {
  the_book().rejected.Add({{"where", std::string{where}}, {"reason", std::string{reason}}}).Increment();
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
