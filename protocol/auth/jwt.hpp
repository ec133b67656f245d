// A token's text → the claims in it, once its signature, its dates and its addressee are checked
// (RFC 7515, 7519). The first thing that happens to a CONNECT. Pure: `now` is an argument; safe on
// any number of threads with one ring. Invariant: no byte of the payload is looked at before the
// signature is found genuine.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/auth/keys.hpp"
#include "protocol/domain/result.hpp"
#include "protocol/json/json_document.hpp"

namespace parley::auth {

/// What a token may be like, beside its signature and its addressee. Configuration.
struct token_rules {
  /// How far the clocks of the issuer and of this machine may differ; not negative, and less than a century.
  std::chrono::seconds leeway{5};
  /// A longer token is refused before anything of it is decoded.
  std::size_t max_bytes = std::size_t{16} * 1024;
  /// Refuse a token that has no `exp`, and so never ends by itself.
  bool require_exp = false;
};

struct claims {
  /// What `values` refers to.
  std::unique_ptr<const json_text::document> document;
  /// Always an object.
  json_view values;
  /// `exp`, without the leeway; none where the token has none. One further away than the clock can
  /// count is moved to the year 2255.
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

/// Errors: token_missing for an empty token, token_expired for a genuine one whose `exp` is
/// `leeway` or more ago, token_invalid for all else, its text saying why. `nbf` must not lie in the
/// future; `iat` decides nothing. A token with `crit` is refused whatever it demands.
result<claims> verify(std::string_view token, const key_ring& keys, std::chrono::system_clock::time_point now,
                      const token_rules& rules);

/// What a token says of itself, for the log line about its refusal: nothing of it is verified. Empty where it cannot
/// be read; each is cut off behind `max_hint_bytes`.
struct token_hint {
  std::string alg{};
  std::string kid{};
  std::string sub{};
};
inline constexpr std::size_t max_hint_bytes = 64;

/// Reads nothing of a token that is longer than `max_bytes`.
token_hint hint_of(std::string_view token, std::size_t max_bytes);

/// What follows `Bearer` (in any case) and spaces; the whole text where it does not start so.
std::string_view strip_bearer(std::string_view text) noexcept;

}  // namespace parley::auth
