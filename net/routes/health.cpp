#include "net/routes/health.hpp"

#include "net/http_reply.hpp"
#include "net/metrics.hpp"
#include "net/shard_server.hpp"

namespace parley::net {

namespace {

namespace http = boost::beast::http;

metrics::snapshot take_snapshot(const shared_services& shared) {
  metrics::snapshot now{.connections = shared.connections, .ready = shared.ready};
  if (shared.store_health != nullptr) {
    now.store_healthy = shared.store_health->healthy();
    now.store_waiting = shared.store_health->waiting;
  }
  if (shared.cluster != nullptr) now.cluster_database_answers = shared.cluster->database_answers;
  if (shared.cluster != nullptr && shared.cluster->member) {
    now.cluster_nodes = shared.cluster->nodes;
    now.cluster_view = shared.cluster->view;
  }
  return now;
}

http_response not_allowed() {
  auto answer = error_reply({errc::method_not_allowed, {}, {}});
  answer.set(http::field::allow, "GET, HEAD");
  return answer;
}

}  // namespace

std::optional<http_response> answer_health(std::string_view path, http::verb how, const shared_services& shared) {
  const bool known = path == "/healthz" || path == "/readyz" || (path == "/metrics" && shared.offer_metrics);
  if (!known) return std::nullopt;
  if (how != http::verb::get && how != http::verb::head) return not_allowed();
  if (path == "/healthz") return json_reply(200, R"({"status":"ok"})");
  if (path == "/metrics")
    return text_reply(200, metrics::render(take_snapshot(shared)), "text/plain; version=0.0.4; charset=utf-8");
  if (shared.store_health != nullptr && !shared.store_health->healthy())
    return json_reply(503, R"({"status":"store unavailable"})");
  return shared.ready ? json_reply(200, R"({"status":"ready"})") : json_reply(503, R"({"status":"stopping"})");
}

}  // namespace parley::net
