#include "protocol/auth/authenticate.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/auth/jwt.hpp"

namespace parley::auth {
namespace {

result<identity_ptr> shared(result<identity> who) {
  if (!who) return who.failure();
  return identity_ptr{std::make_shared<const identity>(*std::move(who))};
}

/// Someone whom no token vouches for.
result<identity_ptr> named(std::string_view id) { return shared(make_identity({{"id", id}}, std::nullopt)); }

/// The token of an `Authorization` header; empty for another scheme, which is another server's
/// business.
std::string_view bearer_in(std::string_view header) {
  const auto token = strip_bearer(header);
  return token.size() < header.size() ? token : std::string_view{};
}

/// The text of the auth object's `token`, empty where it has none; nothing where it is something
/// else than text.
std::optional<std::string_view> token_in(const json& auth) {
  if (!auth.is_object()) return std::string_view{};
  const auto token = auth.find("token");
  if (token == auth.end() || token->is_null()) return std::string_view{};
  if (!token->is_string()) return std::nullopt;
  return strip_bearer(token->get_ref<const std::string&>());
}

}  // namespace

result<identity_ptr> authenticate(const credentials& from, const policy& by, timestamp now) {
  if (by.anonymous) return named("anonymous");
  auto token = token_in(from.auth);
  if (!token) return error{errc::token_invalid, {}, "token"};
  if (token->empty()) token = bearer_in(from.authorization_header);
  if (token->empty()) token = strip_bearer(from.query_token);
  if (token->empty() && by.development && !from.query_user.empty()) return named(from.query_user);
  return authenticate(*token, by, now);
}

result<identity_ptr> authenticate(std::string_view token, const policy& by, timestamp now) {
  const auto claims = verify(strip_bearer(token), by.keys, now, by.leeway);
  if (!claims) return claims.failure();
  return shared(make_identity(claims->values, claims->expires_at));
}

}  // namespace parley::auth
