#include "net/routes/health.hpp"

#include "net/http_reply.hpp"
#include "net/metrics.hpp"
#include "net/shard_server.hpp"

namespace parley::net {

std::optional<http_response> answer_health(std::string_view path, const shared_services& shared) {
  if (path == "/healthz") return json_reply(200, R"({"status":"ok"})");
  if (path == "/metrics" && shared.offer_metrics)
    return text_reply(200, metrics::render({.connections = shared.connections, .ready = shared.ready}),
                      "text/plain; version=0.0.4; charset=utf-8");
  if (path != "/readyz") return std::nullopt;
  return shared.ready ? json_reply(200, R"({"status":"ready"})") : json_reply(503, R"({"status":"stopping"})");
}

}  // namespace parley::net
