// From what a client brought to who it is: picks the token by its place, verifies it, reads the identity from its
// claims. Pure; called by the session actor on any shard. The policy is configuration, constant after start.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/auth/jwt.hpp"
#include "protocol/auth/keys.hpp"
#include "protocol/domain/identity.hpp"
#include "protocol/domain/participant.hpp"
#include "protocol/domain/result.hpp"
#include "protocol/json/json_fwd.hpp"

namespace parley::auth {

/// Every place a token can come from, as received; empty where absent.
struct credentials {
  /// The `token` of the CONNECT packet's auth object; nothing where that is something else than text.
  std::optional<std::string> auth_token{std::string{}};
  std::string authorization_header{};
  std::string query_token{};
  /// The query's `userId`, read only under `policy::development`.
  std::string query_user{};
};

/// `credentials::auth_token` of an auth object, or of none.
std::optional<std::string> token_in(json_view auth);

struct policy {
  key_ring keys{};
  std::chrono::seconds leeway{5};
  /// `?userId=` is accepted without a token.
  bool development = false;
  /// Nobody is asked who they are (conformance mode): everyone is the user "anonymous".
  bool anonymous = false;
  /// As in token_rules.
  bool require_exp = false;
  std::uint32_t token_bytes = 16 * 1024;

  token_rules rules() const { return {.leeway = leeway, .max_bytes = token_bytes, .require_exp = require_exp}; }
};

/// Errors: token_missing, token_invalid, token_expired. Tokens are looked for in the auth object (with or without
/// `Bearer `), the Authorization header and the query, in this order; the first that is present decides.
result<identity_ptr> authenticate(const credentials& from, const policy& by, timestamp now);

/// What the token says of itself that `authenticate` would look at, for the log: unverified.
token_hint hint_of(const credentials& from, const policy& by);

/// As above, for a token alone (`auth:refresh`): with or without `Bearer `.
result<identity_ptr> authenticate(std::string_view token, const policy& by, timestamp now);

}  // namespace parley::auth
