#include "net/config_options.hpp"

#include <algorithm>
#include <cctype>

#include "actors/store/postgresql_address.hpp"
#include "net/auth_refusal.hpp"
#include "net/config_network.hpp"
#include "net/config_values.hpp"
#include "protocol/dialects/namespaces.hpp"

namespace parley::net {
namespace {

using namespace std::chrono_literals;
namespace v = values;

constexpr std::size_t kib = v::kib;
constexpr std::size_t mib = v::mib;
constexpr std::size_t many = v::many;
constexpr auto default_path = "/socket.io/";
constexpr std::size_t least_requests_in_outbox = 3;

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

std::optional<std::string> set_auth_refusal(config& into, const std::string& text) {
  if (auto rules = refusal_rules::parse(text); !rules) return rules.failure();
  into.auth_refusal = text;
  return std::nullopt;
}

std::vector<option_row> server_rows() {
  return {
      {"Server", "listen", "127.0.0.1:3000",
       "The addresses that clients connect to: HOST:PORT (port 0 takes a free one) or unix:/PATH. Several with commas "
       "between them, or repeated.",
       v::listen_list(&config::listen), false, false, true},
      {"Server", "listen-mode", "0660", "The permissions of the socket files of unix: addresses, in octal.",
       v::file_mode(&config::listen_mode)},
      {"Server", "threads", "0", "How many threads serve clients. 0 means one per processor core.",
       v::count(&config::threads, 0, 255)},
      {"Server", "path", default_path,
       "The path at which Socket.IO clients connect, with or without its last slash. They must be set to the same.",
       v::url_path(&config::path)},
      {"Server", "cors-origins", "",
       "Web pages of these origins may connect, with commas between them, such as https://app.example.com; * means "
       "all. Pages of the host that they connect to always may.",
       v::origin_list(&config::cors_origins), false, false, true},
      {"Server", "cors-credentials", "true", "Browsers may send cookies along from pages of those origins.",
       v::flag(&config::cors_credentials), true},
      {"Server", "trusted-proxies", "127.0.0.0/8,::1",
       "Networks of proxies that are believed about their clients: X-Forwarded-For, -Host and -Proto, or Forwarded.",
       v::proxy_list(&config::proxies), false, false, true},
      {"Server", "drain-delay", "0s",
       "How long a server that was told to stop goes on serving while /readyz says 503. Behind a load balancer, as "
       "long as that takes to notice.",
       v::duration(&config::drain_delay, 0ms, 10min)},
      {"Server", "drain-rate", "500",
       "How many connections a stopping server closes in a second, so that the servers its clients move to are not "
       "stormed. 0 means all at once.",
       v::count(&config::drain_rate, 0, many)},
      {"Server", "drain-timeout", "8s",
       "How long a stopping server takes to close connections at that rate. Those left are closed at once.",
       v::duration(&config::drain_timeout, 0ms, 1h)},
      {"Server", "metrics", "true", "Offers numbers for Prometheus at /metrics.", v::flag(&config::metrics), true},
      {"Server", "fanout-delay", "30ms",
       "How long a busy server may hold back messages to a large audience, to send several at once. 0 means never.",
       v::duration(&config::fanout_delay, 0ms, 1s)},
      {"Server", "conformance", "false",
       "Serves only what the protocol test suites of Engine.IO and Socket.IO ask for, and lets anyone in.",
       v::flag(&config::conformance), true},
  };
}

std::vector<option_row> protocol_rows() {
  return {
      {"Protocol", "ping-interval", "25s", "How often the server asks each client whether it is still there.",
       v::duration(&config::ping_interval, 50ms, 1h)},
      {"Protocol", "ping-timeout", "20s", "How long a client may take to answer that, until it counts as gone.",
       v::duration(&config::ping_timeout, 50ms, 1h)},
      {"Protocol", "upgrade-timeout", "10s", "How long a client may take to change from polling to a WebSocket.",
       v::duration(&config::upgrade_timeout, 50ms, 1h)},
      {"Protocol", "connect-timeout", "45s",
       "How long a client may be connected without joining a namespace, until it is closed.",
       v::duration(&config::connect_timeout, 50ms, 1h)},
      {"Protocol", "max-payload", "1000000",
       "The largest message or request body that a client may send, in bytes. A larger one closes its connection.",
       v::size(&config::max_payload, kib, 256 * mib)},
      {"Protocol", "transports", "polling,websocket",
       "The transports that clients may use: polling, websocket or both.",
       v::some_of(&config::transports, {"polling", "websocket"})},
      {"Protocol", "allow-eio3", "false", "Also serves Socket.IO clients of version 2 (Engine.IO protocol 3).",
       v::flag(&config::allow_eio3), true},
      {"Protocol", "deflate", "false",
       "Compresses WebSocket messages for clients that offer it (permessage-deflate). Costs memory and time.",
       v::flag(&config::deflate), true},
      {"Protocol", "http-compression-threshold", "1024", "Answers to polling clients are compressed from this size on.",
       v::size(&config::http_compression_threshold, 0, 256 * mib)},
      {"Protocol", "namespaces",
       "/=groups,rooms,hub,chat;/groups=groups;/rooms=rooms;/messages=messenger;/hub=hub;/chat=chat",
       "The namespaces that clients may join, and the dialects (vocabularies of events) that each of them speaks.",
       set_namespaces},
      {"Protocol", "namespace-narrow", "true",
       "On a namespace of several dialects, a client that has used one of them hears events of that one only.",
       v::flag(&config::namespace_narrow), true},
  };
}

std::vector<option_row> auth_rows() {
  return {
      {"Authentication", "jwt-secret", "", "The secret that HS256 tokens are signed with.",
       v::text(&config::jwt_secret), false, true},
      {"Authentication", "jwt-public-key", "",
       "A PEM file with the public keys that RS256 and ES256 tokens are checked with.",
       v::text(&config::jwt_public_key)},
      {"Authentication", "jwks", "", "A file with a JSON Web Key Set that tokens are checked with.",
       v::text(&config::jwks)},
      {"Authentication", "jwt-issuer", "", "Only tokens of this issuer (claim iss) are taken. Empty means any.",
       v::text(&config::jwt_issuer)},
      {"Authentication", "jwt-audience", "", "Only tokens for this audience (claim aud) are taken. Empty means any.",
       v::text(&config::jwt_audience)},
      {"Authentication", "jwt-leeway", "5s", "How far the clock of the tokens' issuer may differ from this machine's.",
       v::seconds(&config::jwt_leeway, 0s, 300s)},
      {"Authentication", "jwt-require-exp", "false",
       "Refuses tokens that have no claim exp, and so never end. Without this they are taken, with one warning.",
       v::flag(&config::jwt_require_exp), true},
      {"Authentication", "token-bytes", "16KiB",
       "The longest token that is taken. One in a header or a query must also fit into header-bytes.",
       v::size(&config::token_bytes, 256, mib)},
      {"Authentication", "auth-refusal", "connect_error",
       "How a client learns that its token is refused: connect_error, as Socket.IO has it, or event: it is let in, "
       "hears "
       "the error event, and is disconnected, as NestJS gateways do. For single namespaces: /groups=event,/hub=event.",
       set_auth_refusal},
      {"Authentication", "dev-auth", "false",
       "Lets clients in without a token, as whoever they say they are in ?userId=. For development only.",
       v::flag(&config::dev_auth), true},
      {"Authentication", "dev-auth-force", "false", "Allows dev-auth on an address that other machines can reach.",
       v::flag(&config::dev_auth_force), true},
      {"Authentication", "require-known-user", "false",
       "Refuses users whom no back end has made known by PUT /api/users/{id}.", v::flag(&config::require_known_user),
       true},
      {"Authentication", "rest-roles", "admin,service",
       "Users with one of these roles may write over REST, and act for other users there.",
       v::list(&config::rest_roles)},
      {"Authentication", "notify-roles", "admin,service",
       "Users with one of these roles may send notifications over REST (POST /websocket/…). * means any valid token.",
       v::list(&config::notify_roles)},
  };
}

std::vector<option_row> store_rows() {
  return {
      {"Store", "store", "sqlite:parley.db",
       "Where messages are kept: sqlite:FILE, postgresql://USER@HOST/DATABASE, or none. If a password is in it, set "
       "the "
       "environment variable instead of the flag.",
       set_store},
      {"Store", "store-queue", "10000",
       "How many reads and writes may wait for the database. Beyond it, clients are told to try again.",
       v::count(&config::store_queue, 1, many)},
      {"Store", "retention-age", "0s", "Messages older than this, such as 30d, are deleted. 0s keeps them forever.",
       v::seconds(&config::retention_age, 0s, std::chrono::hours{24 * 36500})},
      {"Store", "retention-count", "0", "How many messages are kept of each conversation. 0 means all.",
       v::count(&config::retention_count, 0, many)},
      {"Conversations", "conversations-auto-create", "true",
       "A conversation that does not exist is created, open to all, when somebody first names it.",
       v::flag(&config::conversations_auto_create), true},
      {"Conversations", "receipts-auto-delivered", "true",
       "A message counts as delivered when it was sent to its recipient, without a receipt from there.",
       v::flag(&config::receipts_auto_delivered), true},
      {"Conversations", "conversation-idle", "60s", "How long a conversation that nobody has joined stays in memory.",
       v::duration(&config::conversation_idle, 10ms, 24h)},
      {"Conversations", "typing-expiry", "6s", "How long a user counts as typing after the last typing:start.",
       v::duration(&config::typing_expiry, 10ms, 1h)},
      {"Conversations", "call-timeout", "45s", "How long a call rings until nobody has answered.",
       v::duration(&config::call_timeout, 10ms, 1h)},
  };
}

std::vector<option_row> presence_rows() {
  return {
      {"Presence", "presence-grace", "2s",
       "How long a user still counts as online after the last session has ended, so that a page reload is not noticed.",
       v::duration(&config::presence_grace, 0ms, 1h)},
      {"Presence", "presence-broadcast-limit", "1000",
       "While fewer users than this are online, everyone hears who comes and goes; then only those who share a room "
       "with the user.",
       v::count(&config::presence_broadcast_limit, 0, many)},
      {"Presence", "listed-users", "1000",
       "How many users a list of who is online names. The count beside it is of all.",
       v::count(&config::listed_users, 0, many)},
      {"Presence", "users-list-broadcast", "100",
       "While at most this many users are online, everyone on chat gets users:list whenever somebody comes or goes.",
       v::count(&config::users_list_broadcast, 0, many)},
  };
}

std::vector<option_row> cluster_rows() {
  return {
      {"Cluster", "cluster-listen", "",
       "The address for the other nodes of a cluster, HOST:PORT. Without it this server is alone.",
       v::optional_address(&config::cluster_host, &config::cluster_port)},
      {"Cluster", "cluster-advertise", "",
       "The address at which the other nodes reach this one, HOST:PORT, if it is not that of cluster-listen.",
       v::text(&config::cluster_advertise)},
      {"Cluster", "cluster-join", "",
       "Other nodes to look for beside those that the database names: HOST:PORT or dns:NAME:PORT, with commas between.",
       v::list(&config::cluster_join)},
      {"Cluster", "node-name", "",
       "The name of this node, the same after each restart. Empty means the address for the other nodes.",
       v::text(&config::node_name)},
      {"Cluster", "cluster-cert", "", "A PEM file with this node's certificate.", v::text(&config::cluster_cert)},
      {"Cluster", "cluster-key", "", "A PEM file with the private key of that certificate.",
       v::text(&config::cluster_key)},
      {"Cluster", "cluster-ca", "",
       "A PEM file with the certificate of the cluster's own authority. Who has a certificate of it is a node.",
       v::text(&config::cluster_ca)},
      {"Cluster", "cluster-insecure", "false",
       "Talks to other nodes without TLS, on a loopback address only. For tests.", v::flag(&config::cluster_insecure),
       true},
      {"Cluster", "cluster-timeout", "1400ms", "How long another node may be silent until it counts as gone.",
       v::duration(&config::cluster_timeout, 1300ms, 60s)},
  };
}

std::vector<option_row> log_rows() {
  return {
      {"Logs", "log-level", "info", "The least important lines that are logged: debug, info, warn, error or off.",
       v::one_of(&config::log_level, {"debug", "info", "warn", "error", "off"})},
      {"Logs", "log-file", "",
       "A file that log lines are appended to, instead of standard error. SIGHUP opens it anew after it was moved "
       "away.",
       v::text(&config::log_file)},
      {"Logs", "log-format", "text", "How log lines are written: text or json.",
       v::one_of(&config::log_format, {"text", "json"})},
      {"Logs", "log-components", "", "Levels of single parts of the server, such as auth=debug,engine=info.",
       v::component_levels()},
      {"Logs", "log-lines-per-second", "50",
       "How many log lines of one kind each thread writes per second. Those beyond it are counted in one line.",
       v::count(&config::log_lines_per_second, 1, many)},
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
                        limit_option_rows(), log_rows()})
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
