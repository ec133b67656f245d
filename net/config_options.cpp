#include "net/config_options.hpp"

#include <algorithm>
#include <cctype>

#include "actors/store/postgresql_address.hpp"
#include "net/config_network.hpp"
#include "net/config_values.hpp"
#include "protocol/dialects/namespaces.hpp"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
namespace v = values;

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t many = 1'000'000'000;
constexpr auto default_path = "/socket.io/";
constexpr std::size_t least_requests_in_outbox = 3;
constexpr std::size_t most_json_depth = 1'000;       // reading JSON recurses (json_text::most_depth)
constexpr std::size_t most_header_bytes = 60 * kib;  // Beast keeps no field of more than 64 KiB

/// A word that is none of these would else be the name of a new SQLite file.
std::optional<std::string> set_store(config& into, const std::string& text) {
  constexpr std::string_view sqlite = "sqlite:";
  const auto file = text.starts_with(sqlite) ? text.substr(sqlite.size()) : std::string{};
  const bool known = text == "none" || names_postgresql(text) || (!file.empty() && file.front() != ':');
  if (!known) return "must be sqlite:FILE, postgresql://… or none";
  into.store = text;
  return std::nullopt;
}

std::optional<std::string> set_namespaces(config& into, const std::string& text) {
  if (auto table = dialects::namespace_table::parse(text); !table) return table.failure().text;
  into.namespaces = text;
  return std::nullopt;
}

std::vector<option_row> server_rows() {
  return {
      {"Server", "listen", "127.0.0.1:3000",
       "Addresses to listen on: HOST:PORT (port 0 takes a free one) or unix:/PATH; several with commas, or repeated",
       v::listen_list(&config::listen), false, false, true},
      {"Server", "listen-mode", "0660", "Permissions of the socket files of unix: addresses, in octal",
       v::file_mode(&config::listen_mode)},
      {"Server", "threads", "0", "Threads that serve; 0: one per core", v::count(&config::threads, 0, 255)},
      {"Server", "path", default_path, "Path of Engine.IO, with or without its last slash", v::url_path(&config::path)},
      {"Server", "cors-origins", "",
       "Origins of pages that may connect beside those of its own host, such as https://app.example.com; * for all",
       v::origin_list(&config::cors_origins), false, false, true},
      {"Server", "cors-credentials", "true", "Pages of those origins may send credentials",
       v::flag(&config::cors_credentials), true},
      {"Server", "trusted-proxies", "127.0.0.0/8,::1",
       "Networks of proxies that are believed about their clients (X-Forwarded-For, -Host, -Proto, or Forwarded)",
       v::proxy_list(&config::proxies), false, false, true},
      {"Server", "drain-delay", "0s",
       "How long a server that was told to stop goes on serving while /readyz says 503; behind a load balancer, as "
       "long as that takes to notice",
       v::duration(&config::drain_delay, 0ms, 10min)},
      {"Server", "drain-rate", "500",
       "Clients whose connections a stopping server closes in a second, so that the servers they move to are not "
       "stormed; 0: all at once",
       v::count(&config::drain_rate, 0, many)},
      {"Server", "drain-timeout", "8s",
       "How long a stopping server takes to close its clients' connections at that rate; those left are closed at once",
       v::duration(&config::drain_timeout, 0ms, 1h)},
      {"Server", "metrics", "true", "Offer /metrics for Prometheus", v::flag(&config::metrics), true},
      {"Server", "fanout-delay", "30ms",
       "How long a busy server may gather messages to a large audience, to send them together; 0: not at all",
       v::duration(&config::fanout_delay, 0ms, 1s)},
      {"Server", "conformance", "false", "Offer what the protocol suites ask for, and nothing else",
       v::flag(&config::conformance), true},
  };
}

std::vector<option_row> protocol_rows() {
  return {
      {"Protocol", "ping-interval", "25s", "Time between heartbeats", v::duration(&config::ping_interval, 50ms, 1h)},
      {"Protocol", "ping-timeout", "20s", "How long a client may take to answer one",
       v::duration(&config::ping_timeout, 50ms, 1h)},
      {"Protocol", "upgrade-timeout", "10s", "How long an upgrade may take",
       v::duration(&config::upgrade_timeout, 50ms, 1h)},
      {"Protocol", "connect-timeout", "45s", "How long a client may take to connect to a namespace",
       v::duration(&config::connect_timeout, 50ms, 1h)},
      {"Protocol", "max-payload", "1000000", "Size of a message or request body",
       v::size(&config::max_payload, kib, 256 * mib)},
      {"Protocol", "transports", "polling,websocket", "Transports offered",
       v::some_of(&config::transports, {"polling", "websocket"})},
      {"Protocol", "allow-eio3", "false", "Also serve 2.x clients", v::flag(&config::allow_eio3), true},
      {"Protocol", "deflate", "false", "Compress WebSocket messages (permessage-deflate)", v::flag(&config::deflate),
       true},
      {"Protocol", "http-compression-threshold", "1024", "Poll replies beyond this size are compressed",
       v::size(&config::http_compression_threshold, 0, 256 * mib)},
      {"Protocol", "namespaces",
       "/=groups,rooms,hub,chat;/groups=groups;/rooms=rooms;/messages=messenger;/hub=hub;/chat=chat",
       "Namespaces and the dialects they speak", set_namespaces},
      {"Protocol", "namespace-narrow", "true", "On a namespace of several dialects, hear only the one that was spoken",
       v::flag(&config::namespace_narrow), true},
  };
}

std::vector<option_row> auth_rows() {
  return {
      {"Authentication", "jwt-secret", "", "Secret of HS256 tokens; not as a flag, which others could read",
       v::text(&config::jwt_secret), false, true},
      {"Authentication", "jwt-public-key", "", "PEM file with the public keys of RS256 and ES256 tokens",
       v::text(&config::jwt_public_key)},
      {"Authentication", "jwks", "", "File with a JSON Web Key Set", v::text(&config::jwks)},
      {"Authentication", "jwt-issuer", "", "Issuer that tokens must name", v::text(&config::jwt_issuer)},
      {"Authentication", "jwt-audience", "", "Audience that tokens must name", v::text(&config::jwt_audience)},
      {"Authentication", "jwt-leeway", "5s", "Difference of clocks to put up with",
       v::seconds(&config::jwt_leeway, 0s, 300s)},
      {"Authentication", "dev-auth", "false", "Accept ?userId= without a token; for development only",
       v::flag(&config::dev_auth), true},
      {"Authentication", "dev-auth-force", "false", "Allow dev-auth on an address that others can reach",
       v::flag(&config::dev_auth_force), true},
      {"Authentication", "require-known-user", "false", "Refuse users that no back end told of",
       v::flag(&config::require_known_user), true},
      {"Authentication", "rest-roles", "admin,service", "Roles that may do more than read over REST",
       v::list(&config::rest_roles)},
      {"Authentication", "notify-roles", "admin,service",
       "Roles that may send notifications over REST (POST /websocket/…); * lets any valid token do so",
       v::list(&config::notify_roles)},
  };
}

std::vector<option_row> store_rows() {
  return {
      {"Store", "store", "sqlite:parley.db", "Where messages are kept: sqlite:FILE, postgresql://…, or none",
       set_store},
      {"Store", "store-queue", "10000", "What may wait for the database before clients are told to try again",
       v::count(&config::store_queue, 1, many)},
      {"Store", "retention-age", "0s", "Messages older than this are deleted; 0: none",
       v::seconds(&config::retention_age, 0s, std::chrono::hours{24 * 36500})},
      {"Store", "retention-count", "0", "Messages kept of each conversation; 0: all",
       v::count(&config::retention_count, 0, many)},
      {"Conversations", "conversations-auto-create", "true", "Conversations come into being when first spoken of",
       v::flag(&config::conversations_auto_create), true},
      {"Conversations", "receipts-auto-delivered", "true", "What was written to a recipient counts as delivered",
       v::flag(&config::receipts_auto_delivered), true},
      {"Conversations", "conversation-idle", "60s", "How long a conversation nobody is in stays in memory",
       v::duration(&config::conversation_idle, 10ms, 24h)},
      {"Conversations", "typing-expiry", "6s", "How long after its last start somebody counts as typing",
       v::duration(&config::typing_expiry, 10ms, 1h)},
      {"Conversations", "call-timeout", "45s", "How long a call rings", v::duration(&config::call_timeout, 10ms, 1h)},
  };
}

std::vector<option_row> presence_rows() {
  return {
      {"Presence", "presence-grace", "2s", "How long after the last session a user counts as online",
       v::duration(&config::presence_grace, 0ms, 1h)},
      {"Presence", "presence-broadcast-limit", "1000",
       "From so many users on, presence is told to those concerned only",
       v::count(&config::presence_broadcast_limit, 0, many)},
      {"Presence", "listed-users", "1000", "Users in one list of who is online; the count beside it is of all",
       v::count(&config::listed_users, 0, many)},
      {"Presence", "users-list-broadcast", "100",
       "While at most so many users are online, the dialect chat sends users:list to everyone whenever one comes or "
       "goes",
       v::count(&config::users_list_broadcast, 0, many)},
  };
}

std::vector<option_row> cluster_rows() {
  return {
      {"Cluster", "cluster-listen", "", "Address for the other nodes, HOST:PORT; without it this node is alone",
       v::optional_address(&config::cluster_host, &config::cluster_port)},
      {"Cluster", "cluster-advertise", "",
       "Address at which the others reach it, HOST:PORT; else that of cluster-listen",
       v::text(&config::cluster_advertise)},
      {"Cluster", "cluster-join", "",
       "Other nodes, HOST:PORT with commas between them, or dns:NAME:PORT, beside those that the database names",
       v::list(&config::cluster_join)},
      {"Cluster", "node-name", "", "Name of this node, the same over restarts; else the address for the others",
       v::text(&config::node_name)},
      {"Cluster", "cluster-cert", "", "This node's certificate, a PEM file", v::text(&config::cluster_cert)},
      {"Cluster", "cluster-key", "", "The certificate's key, a PEM file", v::text(&config::cluster_key)},
      {"Cluster", "cluster-ca", "", "The cluster's own authority, a PEM file: who has a certificate of it, is a node",
       v::text(&config::cluster_ca)},
      {"Cluster", "cluster-insecure", "false",
       "Speak to other nodes without TLS, on a loopback address; for tests only", v::flag(&config::cluster_insecure),
       true},
      {"Cluster", "cluster-timeout", "1400ms", "How long a node may be silent until it counts as gone",
       v::duration(&config::cluster_timeout, 1300ms, 60s)},
  };
}

std::vector<option_row> limit_rows() {
  return {
      {"Limits", "max-connections", "0", "Clients at a time; 0: as many as there are file descriptors",
       v::count(&config::max_connections, 0, many)},
      {"Limits", "outbox-bytes", "32MiB",
       "The most memory for data that waits for one client; a client for which more would wait is disconnected",
       v::size(&config::outbox_bytes, 64 * kib, 16 * 1024 * mib)},
      {"Limits", "outbox-soft-bytes", "256KiB",
       "When this much data waits for a client, events such as typing are dropped, and its requests are read later",
       v::size(&config::outbox_soft_bytes, 16 * kib, 1024 * mib)},
      {"Limits", "send-timeout", "20s",
       "How long a client may take none of the data that waits for it before it is disconnected",
       v::duration(&config::send_timeout, 100ms, 1h)},
      {"Limits", "commands-in-flight", "32", "Commands of one client without outcome before it is no longer read",
       v::count(&config::commands_in_flight, 1, 10'000)},
      {"Limits", "commands-per-second", "5000", "Commands of one client beyond which it is read more slowly; 0: any",
       v::count(&config::commands_per_second, 0, many)},
      {"Limits", "json-depth", "128",
       "Levels of arrays and objects that the data of an event, or the body of a REST call, may have inside one "
       "another",
       v::count(&config::json_depth, 4, most_json_depth)},
      {"Limits", "message-bytes", "16KiB", "Size of a message's text", v::size(&config::message_bytes, 1, 256 * mib)},
      {"Limits", "rooms-per-session", "1000", "Rooms one session may be in",
       v::count(&config::rooms_per_session, 1, many)},
      {"Limits", "conversations-per-session", "1000", "Conversations one session may have joined",
       v::count(&config::conversations_per_session, 1, many)},
      {"Limits", "conversations-in-memory", "250000", "Conversations that one thread keeps in memory",
       v::count(&config::conversations_in_memory, 1, many)},
      {"Limits", "messages-waiting", "1024", "Messages of one conversation that may wait for the database",
       v::count(&config::messages_waiting, 1, many)},
      {"Limits", "rest-calls-per-second", "1000", "REST calls of one user on one thread; 0: any",
       v::count(&config::rest_calls_per_second, 0, many)},
      {"Limits", "namespaces-per-connection", "16", "Namespaces one connection may be on",
       v::count(&config::namespaces_per_connection, 1, 255)},
  };
}

std::vector<option_row> http_rows() {
  return {
      {"Limits", "header-bytes", "16KiB", "Size of an HTTP request's header",
       v::size(&config::header_bytes, kib, most_header_bytes)},
      {"Limits", "header-timeout", "10s", "How long an HTTP request's header, and its body, may take",
       v::duration(&config::header_timeout, 100ms, 1h)},
      {"Limits", "idle-timeout", "60s", "How long an HTTP connection may be idle between requests",
       v::duration(&config::idle_timeout, 100ms, 24h)},
  };
}

std::vector<option_row> log_rows() {
  return {
      {"Logs", "log-level", "info", "Least level that is logged",
       v::one_of(&config::log_level, {"debug", "info", "warn", "error", "off"})},
      {"Logs", "log-file", "",
       "File that log lines are appended to, instead of standard error; SIGHUP opens it anew after it was moved away",
       v::text(&config::log_file)},
      {"Logs", "log-format", "text", "text or json", v::one_of(&config::log_format, {"text", "json"})},
      {"Logs", "log-components", "", "Levels of components, such as auth=debug,engine=info", v::component_levels()},
  };
}

/// One on which machines beside this one reach the server; null where there is none.
const listen_address* public_address(const config& values) {
  const auto found = std::find_if(values.listen.begin(), values.listen.end(),
                                  [](const listen_address& each) { return !each.is_local(); });
  return found == values.listen.end() ? nullptr : &*found;
}

bool is_path(const std::string& text) {
  return text.starts_with('/') && text.ends_with('/') && text.find("//") == std::string::npos &&
         text.find_first_of("?# ") == std::string::npos;
}

/// Everybody is let in, as nobody: what would make that worse, or mean nothing, is refused.
void check_conformance(const config& values, std::vector<std::string>& errors) {
  if (const auto* reached = public_address(values))
    errors.emplace_back("conformance: lets anyone in on " + reached->text() + "; only on loopback addresses");
  if (values.dev_auth || !values.jwt_public_key.empty() || !values.jwks.empty() || values.require_known_user ||
      values.path != default_path || !values.cluster_host.empty())
    errors.emplace_back("conformance: goes with --listen, --threads, --allow-eio3, --deflate and the log options only");
}

/// Options that mean nothing to a node that is alone.
bool any_cluster_option(const config& values) {
  return !values.cluster_join.empty() || !values.cluster_advertise.empty() || !values.cluster_cert.empty() ||
         !values.cluster_key.empty() || !values.cluster_ca.empty() || values.cluster_insecure;
}

void check_cluster(const config& values, std::vector<std::string>& errors) {
  if (values.cluster_host.empty()) {
    if (any_cluster_option(values)) errors.emplace_back("cluster-listen: the other cluster options need it");
    return;
  }
  if (values.cluster_port == 0) errors.emplace_back("cluster-listen: needs a port that the other nodes can be told");
  if (!names_postgresql(values.store))
    errors.emplace_back(
        "store: the nodes of a cluster share one PostgreSQL database (--store postgresql://…); SQLite is for a node "
        "that is alone");
  const bool complete = !values.cluster_cert.empty() && !values.cluster_key.empty() && !values.cluster_ca.empty();
  if (!complete && !values.cluster_insecure)
    errors.emplace_back(
        "cluster-cert: nodes speak mutual TLS; needs cluster-cert, cluster-key and cluster-ca. scripts/cluster makes "
        "them for a try");
  if (values.cluster_insecure && !is_loopback_host(values.cluster_host))
    errors.emplace_back("cluster-insecure: whoever reaches the cluster port could crash this node; only on loopback");
  const bool anywhere = values.cluster_host == "0.0.0.0" || values.cluster_host == "::";
  if (anywhere && values.cluster_advertise.empty())
    errors.emplace_back("cluster-advertise: needed where cluster-listen names no single address");
}

}  // namespace

const std::vector<option_row>& option_table() {
  static const auto table = [] {
    std::vector<option_row> all;
    for (auto&& rows : {server_rows(), protocol_rows(), auth_rows(), store_rows(), presence_rows(), cluster_rows(),
                        limit_rows(), http_rows(), log_rows()})
      all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }();
  return table;
}

std::string environment_name(const std::string& option) {
  std::string name = "PARLEY_" + option;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

void check_combinations(const config& values, std::vector<std::string>& errors) {
  if (values.conformance) {
    check_conformance(values, errors);
    return;
  }
  const bool any_key = !values.jwt_secret.empty() || !values.jwt_public_key.empty() || !values.jwks.empty();
  if (!any_key && !values.dev_auth)
    errors.emplace_back(
        "jwt-secret: no key to check tokens with; set PARLEY_JWT_SECRET to the secret your tokens are signed with "
        "(or --jwt-public-key, --jwks). scripts/run makes one for development");
  const auto* reached = public_address(values);
  if (values.dev_auth && !values.dev_auth_force && reached != nullptr)
    errors.emplace_back("dev-auth: would let anyone in on " + reached->text() +
                        "; listen on 127.0.0.1, or add --dev-auth-force");
  if (!is_path(values.path))
    errors.emplace_back("path: must begin with a slash, and have neither empty parts nor a query");
  if (values.outbox_soft_bytes > values.outbox_bytes)
    errors.emplace_back("outbox-soft-bytes: must not be more than outbox-bytes");
  if (values.outbox_bytes / least_requests_in_outbox < values.max_payload)
    errors.emplace_back(
        "outbox-bytes: must be at least three times max-payload, as one request may cause an event and "
        "an ack of that size, and polling clients get both in base64");
  if (values.message_bytes > values.max_payload)
    errors.emplace_back("message-bytes: must not be more than max-payload");
  check_cluster(values, errors);
  if (values.require_known_user && values.store == "none")
    errors.emplace_back("require-known-user: needs a store, as it is the store that knows users");
}

}  // namespace parley::net
