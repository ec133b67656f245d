#include "protocol/auth/authenticate.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "protocol/json/json.hpp"

namespace parley::auth {
namespace {

/// Someone whom no token vouches for.
result<identity_ptr> named(std::string_view id) {
  const json claims{{"id", id}};
  json_text::document read;
  read.hold(claims);
  return make_identity(read.root(), std::nullopt);
}

/// The token of an `Authorization` header; empty for another scheme, which is another server's
/// business.
std::string_view bearer_in(std::string_view header) {
  const auto token = strip_bearer(header);
  return token.size() < header.size() ? token : std::string_view{};
}

/// The first that is there, without the word `Bearer`.
std::string_view token_of(const credentials& from) {
  auto token = from.auth_token ? strip_bearer(*from.auth_token) : std::string_view{};
  if (token.empty()) token = bearer_in(from.authorization_header);
  return token.empty() ? strip_bearer(from.query_token) : token;
}

}  // namespace

std::optional<std::string> token_in(json_view auth) {
  const auto token = auth.find("token");
  if (!token.is_null() && !token.is_string()) return std::nullopt;
  return std::string{token.text()};
}

result<identity_ptr> authenticate(const credentials& from, const policy& by, timestamp now) {
  if (by.anonymous) return named("anonymous");
  if (!from.auth_token) return error{errc::token_invalid, {}, "token"};
  const auto token = token_of(from);
  if (token.empty() && by.development && !from.query_user.empty()) return named(from.query_user);
  return authenticate(token, by, now);
}

result<identity_ptr> authenticate(std::string_view token, const policy& by, timestamp now) {
  const auto claims = verify(strip_bearer(token), by.keys, now, by.rules());
  if (!claims) return claims.failure();
  return make_identity(claims->values, claims->expires_at);
}

token_hint hint_of(const credentials& from, const policy& by) {
  return from.auth_token ? hint_of(token_of(from), by.token_bytes) : token_hint{};
}

}  // namespace parley::auth
