// A token's text → the claims in it, once its signature, its dates and its addressee are checked
// (RFC 7515, 7519). The first thing that happens to a CONNECT. Pure: `now` is an argument; safe on
// any number of threads with one ring. Invariant: no byte of the payload is looked at before the
// signature is found genuine.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "protocol/auth/keys.hpp"
#include "protocol/domain/result.hpp"
#include "protocol/json/json_document.hpp"

namespace parley::auth {

inline constexpr std::size_t max_token_bytes = 8 * 1024;
/// Of the header in base64url: room for `alg`, `typ` and a long `kid`, and little for a parser to
/// chew on unsigned.
inline constexpr std::size_t max_header_bytes = 2 * 1024;

struct claims {
  /// What `values` refers to.
  std::unique_ptr<const json_text::document> document;
  /// Always an object.
  json_view values;
  /// `exp`, without the leeway. One further away than the clock can count is moved to the year
  /// 2255.
  std::chrono::system_clock::time_point expires_at;
};

/// Errors: token_missing for an empty token, token_expired for a genuine one whose `exp` is
/// `leeway` or more ago, token_invalid for all else, its text saying why. `exp` is required; `nbf`
/// and `iat` must not lie in the future. A token with `crit` is refused whatever it demands.
/// `leeway` must be positive and less than a century.
result<claims> verify(std::string_view token, const key_ring& keys, std::chrono::system_clock::time_point now,
                      std::chrono::seconds leeway);

/// What follows `Bearer` (in any case) and spaces; the whole text where it does not start so.
std::string_view strip_bearer(std::string_view text) noexcept;

}  // namespace parley::auth
