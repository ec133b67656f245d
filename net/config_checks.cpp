#include "net/config_checks.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "net/auth_refusal.hpp"
#include "net/config_values.hpp"
#include "protocol/dialects/namespaces.hpp"

namespace parley::net {
namespace {

using names = std::initializer_list<const char*>;

/// What the other lines of a request's header take, beside a token.
constexpr std::size_t room_beside_token = 2 * values::kib;

/// An error for each of the options that was set, when it cannot mean anything.
void refuse_unused(loaded_config& into, bool unused, names options, const std::string& why) {
  for (const char* name : options)
    if (unused && into.values.given.contains(name)) into.errors.push_back(std::string{name} + ": " + why);
}

bool offers(const config& values, std::string_view transport) {
  return std::find(values.transports.begin(), values.transports.end(), transport) != values.transports.end();
}

void check_authentication(loaded_config& into) {
  const auto& is = into.values;
  const bool no_key = is.jwt_secret.empty() && is.jwt_public_key.empty() && is.jwks.empty();
  refuse_unused(into, no_key, {"jwt-issuer", "jwt-audience", "jwt-leeway", "jwt-require-exp", "token-bytes"},
                "means nothing without a key to check tokens with (PARLEY_JWT_SECRET, jwt-public-key, jwks)");
  refuse_unused(into, !is.dev_auth, {"dev-auth-force"}, "means nothing without dev-auth");
  const auto table = dialects::namespace_table::parse(is.namespaces);
  const auto rules = refusal_rules::parse(is.auth_refusal);
  if (!table || !rules) return;
  if (const auto stranger = rules->stranger_to(*table); !stranger.empty())
    into.errors.push_back("auth-refusal: there is no namespace " + stranger);
}

/// A token in a header, or in the URL, is part of the request's header; one in the auth object is part of a message.
void check_room_for_tokens(loaded_config& into) {
  const auto& is = into.values;
  const auto warn = [&](const std::string& where, const std::string& limit, std::size_t bytes) {
    into.warnings.push_back("token-bytes: a token of " + std::to_string(is.token_bytes) + " bytes does not fit into " +
                            where + ": " + limit + " is " + std::to_string(bytes) + ", and should be at least " +
                            std::to_string(is.token_bytes + room_beside_token));
  };
  if (is.header_bytes < is.token_bytes + room_beside_token)
    warn("a header or a query", "header-bytes", is.header_bytes);
  if (is.max_payload < is.token_bytes + room_beside_token) warn("the auth object", "max-payload", is.max_payload);
}

void check_storage(loaded_config& into) {
  refuse_unused(into, into.values.store == "none",
                {"store-queue", "retention-age", "retention-count", "messages-waiting", "reactions-per-message",
                 "history-bytes", "replay-bytes", "listed-conversations"},
                "means nothing without a store");
}

void check_listening(loaded_config& into) {
  const auto& all = into.values.listen;
  const bool any_file = std::any_of(all.begin(), all.end(), [](const listen_address& each) { return each.is_unix(); });
  refuse_unused(into, !any_file, {"listen-mode"}, "means nothing without an address that begins with unix:");
}

void check_transports(loaded_config& into) {
  refuse_unused(into, !offers(into.values, "polling"),
                {"http-compression-threshold", "post-timeout", "payload-packets", "forwarded-requests"},
                "means nothing without the transport polling");
  refuse_unused(into, !offers(into.values, "polling") || !offers(into.values, "websocket"), {"upgrade-timeout"},
                "means nothing where there is one transport only");
}

/// `dns:NAME:PORT` and `HOST:PORT`, or the second alone.
bool is_address(std::string text, bool may_be_dns) {
  if (may_be_dns && text.starts_with("dns:")) text.erase(0, 4);
  const auto parsed = parse_listen_address(text);
  return parsed && !parsed->is_unix() && parsed->port != 0;
}

void check_cluster_addresses(loaded_config& into) {
  const auto& is = into.values;
  for (const auto& each : is.cluster_join)
    if (!is_address(each, true))
      into.errors.push_back("cluster-join: " + each + " is neither HOST:PORT nor dns:NAME:PORT");
  if (!is.cluster_advertise.empty() && !is_address(is.cluster_advertise, false))
    into.errors.emplace_back("cluster-advertise: must be HOST:PORT, with a port that is not 0");
  refuse_unused(into, is.cluster_host.empty(), {"node-name", "cluster-timeout", "forwarded-requests"},
                "means nothing without cluster-listen");
  refuse_unused(into, is.cluster_insecure, {"cluster-cert", "cluster-key", "cluster-ca"},
                "means nothing with cluster-insecure");
}

}  // namespace

void check_use(loaded_config& into) {
  refuse_unused(into, into.values.conformance,
                {"ping-interval", "ping-timeout", "connect-timeout", "max-payload", "cors-origins", "cors-credentials",
                 "namespaces", "auth-refusal", "store"},
                "means nothing with conformance, which sets it itself");
  if (into.values.conformance) return;
  check_listening(into);
  check_authentication(into);
  check_room_for_tokens(into);
  check_storage(into);
  check_transports(into);
  check_cluster_addresses(into);
}

}  // namespace parley::net
