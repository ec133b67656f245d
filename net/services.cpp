#include "net/services.hpp"

#include <algorithm>
#include <utility>

#include "actors/store/postgresql_address.hpp"
#include "actors/store/sql_store.hpp"
#include "actors/store/sqlite_file.hpp"
#include "net/auth_refusal.hpp"
#include "net/log.hpp"
#include "net/small_file.hpp"
#include "protocol/auth/keys.hpp"

namespace parley::net {
namespace {

using keys_or_complaint = result<auth::key_ring, std::string>;

/// The complaint when the keys were not added; remarks about them are logged.
std::optional<std::string> judge(const auth::key_ring::added& added, const std::string& where) {
  if (!added) return added.failure().key + ": " + where + added.failure().text;
  for (const auto& remark : *added)
    log::warn(log::component::auth, "a key is not as it should be", {{"key", remark.key}, {"remark", remark.text}});
  return std::nullopt;
}

keys_or_complaint make_keys(const config& how) {
  auth::key_ring ring{{.issuer = how.jwt_issuer, .audience = how.jwt_audience}};
  if (!how.jwt_secret.empty())
    if (auto wrong = judge(ring.add_secret("jwt-secret", how.jwt_secret), {})) return *wrong;
  if (!how.jwt_public_key.empty()) {
    const auto pem = read_small_file(how.jwt_public_key);
    if (!pem) return "jwt-public-key: " + how.jwt_public_key + ": " + pem.failure().why;
    if (auto wrong = judge(ring.add_pem("jwt-public-key", *pem), how.jwt_public_key + ": ")) return *wrong;
  }
  if (!how.jwks.empty()) {
    const auto set = read_small_file(how.jwks);
    if (!set) return "jwks: " + how.jwks + ": " + set.failure().why;
    if (auto wrong = judge(ring.add_jwks("jwks", *set), how.jwks + ": ")) return *wrong;
  }
  return ring;
}

/// The official suites lose a packet that arrives together with the one before it.
constexpr std::chrono::milliseconds conformance_greeting_delay{20};

void set_limits(settings& of, const config& how) {
  of.typing_repeat = how.typing_repeat;
  of.file_progress_interval = how.file_progress_interval;
  of.command_timeout = how.command_timeout;
  of.rest_timeout = how.rest_timeout;
  of.reactions_per_message = how.reactions_per_message;
  of.history_bytes = how.history_bytes;
  of.replay_bytes = how.replay_bytes;
  of.listed_conversations = how.listed_conversations;
  of.remembered_batches = how.remembered_batches;
}

settings_ptr make_settings(const config& how, auth::policy policy, std::uint32_t node) {
  auto made = std::make_shared<settings>();
  made->node = node;
  made->auth->set(std::move(policy));
  made->presence_grace = how.presence_grace;
  if (how.conformance) made->greeting_delay = conformance_greeting_delay;
  made->presence_broadcast_limit = how.presence_broadcast_limit;
  made->listed_users = how.listed_users;
  made->users_list_broadcast = how.users_list_broadcast;
  made->rooms_per_session = how.rooms_per_session;
  made->conversations_per_session = how.conversations_per_session;
  made->conversations_per_registry = how.conversations_in_memory;
  made->auto_create_conversations = how.conversations_auto_create;
  made->auto_delivered = how.receipts_auto_delivered;
  made->conversation_idle = how.conversation_idle;
  made->messages_waiting = how.messages_waiting;
  made->typing_expiry = how.typing_expiry;
  made->call_timeout = how.call_timeout;
  made->require_known_user = how.require_known_user;
  made->service_roles = how.rest_roles;
  set_limits(*made, how);
  return made;
}

/// Nobody on another machine comes without a proxy; sockets' files say nothing about where their clients are.
bool admits_local_pages(const config& how) {
  if (how.conformance) return false;
  const bool local =
      std::all_of(how.listen.begin(), how.listen.end(), [](const listen_address& each) { return each.is_local(); });
  return local &&
         std::any_of(how.listen.begin(), how.listen.end(), [](const listen_address& each) { return !each.is_unix(); });
}

engine_options make_engine_options(const config& how) {
  const auto offers = [&how](const char* name) {
    return std::find(how.transports.begin(), how.transports.end(), name) != how.transports.end();
  };
  return {.path = how.path,
          .session = {.ping_interval = how.ping_interval,
                      .ping_timeout = how.ping_timeout,
                      .upgrade_timeout = how.upgrade_timeout,
                      .max_payload = how.max_payload},
          .polling = offers("polling"),
          .websocket = offers("websocket"),
          .allow_v3 = how.allow_eio3,
          .deflate = how.deflate,
          .outbox = {.soft = how.outbox_soft_bytes, .hard = how.outbox_bytes, .send_timeout = how.send_timeout},
          .compression_threshold = how.http_compression_threshold,
          .post_timeout = how.post_timeout,
          .payload_packets = how.payload_packets};
}

/// Before the database is opened: the second server on a file would else begin with the first one's work.
std::optional<std::string> lock_file(const config& how, shared_services& to) {
  if (names_postgresql(how.store)) return std::nullopt;
  const auto path = sqlite_path(how.store);
  if (const auto wrong = check_sqlite_file(path)) return "store: " + *wrong;
  auto lock = sqlite_lock::take(path);
  if (!lock) return "store: " + lock.failure();
  to.store_lock = *std::move(lock);
  return std::nullopt;
}

/// Opened here first, so that a database that cannot be used is told at once; this is also when it is migrated.
std::optional<std::string> add_store(const config& how, shared_services& to, std::uint32_t node) {
  if (how.conformance || how.store == "none") return std::nullopt;
  if (auto wrong = lock_file(how, to)) return wrong;
  store_setup setup{
      .open_writer = [where = how.store, node] { return open_sql_store(where, access::read_write, node); },
      .open_reader = [where = how.store] { return open_sql_store(where, access::read_only); },
      .queue_limit = how.store_queue};
  setup.keep = {how.retention_age, how.retention_count};
  try {
    const auto first = open_sql_store(how.store);  // no member of a cluster yet
    first->begin();
    setup.gauge->has_users = first->has_users();
    first->commit();
  } catch (const store_failure& failure) {
    return "store: " + without_secrets(how.store) + ": " + failure.what();
  }
  to.store_health = setup.gauge;
  to.store = std::move(setup);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_keys(const config& how) {
  const auto keys = make_keys(how);
  if (keys) return std::nullopt;
  return keys.failure();
}

result<auth::policy, std::string> make_auth_policy(const config& how) {
  auto keys = make_keys(how);
  if (!keys) return keys.failure();
  return auth::policy{.keys = std::move(*keys),
                      .leeway = how.jwt_leeway,
                      .development = how.dev_auth,
                      .anonymous = how.conformance,
                      .require_exp = how.jwt_require_exp,
                      .token_bytes = static_cast<std::uint32_t>(how.token_bytes)};
}

cors make_cors(const config& how) {
  return cors{cors_rules{how.cors_origins, how.cors_credentials, admits_local_pages(how)}};
}

result<std::unique_ptr<shared_services>, std::string> make_services(const config& how, std::uint32_t node) {
  auto policy = make_auth_policy(how);
  if (!policy) return policy.failure();
  auto namespaces = dialects::namespace_table::parse(how.namespaces);
  if (!namespaces) return "namespaces: " + namespaces.failure().text;
  if (how.dev_auth) log::warn(log::component::auth, "dev-auth is on: anyone can be anybody with ?userId=", {});
  auto made = std::make_unique<shared_services>();
  made->http = {.header_bytes = static_cast<std::uint32_t>(how.header_bytes),
                .body_bytes = how.max_payload,
                .header_timeout = how.header_timeout,
                .idle_timeout = how.idle_timeout,
                .send_timeout = how.send_timeout};
  made->peers = {.commands_in_flight = how.commands_in_flight,
                 .commands_per_second = static_cast<double>(how.commands_per_second),
                 .namespaces_per_connection = how.namespaces_per_connection,
                 .connect_timeout = how.connect_timeout,
                 .payload = {.name_characters = how.name_characters,
                             .text_bytes = how.message_bytes,
                             .list_entries = how.list_entries},
                 .json_depth = how.json_depth,
                 .narrow = how.namespace_narrow};
  made->engine = make_engine_options(how);
  made->cors.set(make_cors(how));
  if (admits_local_pages(how))
    log::info(log::component::http, "pages of localhost may connect, from any port: this server listens on loopback",
              {});
  made->proxies = how.proxies;
  made->actors = make_settings(how, std::move(*policy), node);
  if (const auto rules = refusal_rules::parse(how.auth_refusal))
    made->peers.refuses_by_event = rules->for_each(*namespaces);
  made->namespaces = std::make_shared<const dialects::namespace_table>(std::move(*namespaces));
  made->rest_roles = how.rest_roles;
  made->notify_roles = how.notify_roles;
  made->rest_calls_per_second = static_cast<double>(how.rest_calls_per_second);
  if (auto wrong = add_store(how, *made, node)) return *wrong;
  made->node = node;
  made->conformance = how.conformance;
  made->offer_metrics = how.metrics;
  made->fanout_delay = how.fanout_delay;
  made->close_timeout = how.close_timeout;
  made->forwarded_requests = how.forwarded_requests;
  made->max_connections = how.max_connections;
  return made;
}

}  // namespace parley::net
