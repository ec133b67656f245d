// One key that tokens are verified with, bound to the one algorithm its kind allows: a token cannot
// talk an RSA key into being an HMAC secret. Made at start from configuration, then constant and
// used by every thread at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "protocol/domain/result.hpp"

// OpenSSL's names for EVP_MD_CTX and EVP_PKEY, so that its headers stay inside
// protocol/auth/'s sources.
struct evp_md_ctx_st;
struct evp_pkey_st;

namespace parley::auth {

class hmac_key;

enum class algorithm : unsigned char { hs256, rs256, es256 };

/// As in a token's header: "HS256", …
std::string_view name(algorithm alg) noexcept;

/// A secret of fewer bytes works, but HS256 is only as strong as its secret (RFC 7518,
/// section 3.2).
inline constexpr std::size_t advised_secret_bytes = 32;
inline constexpr int min_rsa_bits = 2048;
/// Verification gets slower with the square of the size, and anyone may ask for it.
inline constexpr int max_rsa_bits = 8192;

/// What the operator should know about a secret that works; empty where there is nothing to say.
std::string advice_on(std::string_view secret);

class verifying_key {
 public:
  /// The failure is a text for the operator.
  using made = result<verifying_key, std::string>;

  /// HS256. Refuses an empty secret, and PEM text: whoever takes a public key for a secret lets
  /// everyone sign.
  static made from_secret(std::string_view secret);

  /// RS256 or ES256 by the kind of key: RSA of `min_rsa_bits` to `max_rsa_bits`, or EC on P-256.
  /// The caller keeps its reference.
  static made from_public(evp_pkey_st* key);

  algorithm alg() const noexcept { return algorithm_; }

  /// True if `signature`, as it stands in a JWS (raw bytes), is this key's for `signed_text`.
  bool accepts(std::string_view signed_text, std::string_view signature) const;

 private:
  // Each context is prepared once and copied for every verification: setting one up costs more than
  // the hash.
  using mac_context = std::shared_ptr<const hmac_key>;
  using digest_context = std::shared_ptr<const evp_md_ctx_st>;

  verifying_key(algorithm alg, std::variant<mac_context, digest_context> prepared)
      : algorithm_{alg}, prepared_{std::move(prepared)} {}

  algorithm algorithm_;
  std::variant<mac_context, digest_context> prepared_;
};

}  // namespace parley::auth
