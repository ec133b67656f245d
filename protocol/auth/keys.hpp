// The keys that tokens are verified with, and what else a token must say. Built at start from
// configured text (the files are read elsewhere), then constant: any number of threads verify with
// one ring at once. Copies share the keys. Invariant: every key in the ring is usable and strong
// enough for the one algorithm it is bound to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/auth/verifying_key.hpp"
#include "protocol/domain/result.hpp"

namespace parley::auth {

/// A token without `kid` is tried against every key of its algorithm, so the ring is kept short.
inline constexpr std::size_t max_keys = 16;

/// Something to tell the operator about a key: `key` is the name it was added under, with its place
/// ("jwks.json[2]").
struct key_remark {
  std::string key;
  std::string text;
};

/// Demanded of every token where not empty: `iss` is the issuer, `aud` is or contains the audience.
struct expected_claims {
  std::string issuer{};
  std::string audience{};
};

enum class verdict : unsigned char { genuine, no_such_key, forged };

class key_ring {
 public:
  /// What was odd but harmless (a weak secret, a key that was skipped), or what was wrong: then
  /// nothing was added.
  using added = result<std::vector<key_remark>, key_remark>;

  key_ring() = default;
  explicit key_ring(expected_claims expected) : expected_{std::move(expected)} {}

  /// `name` is how remarks speak of it. The secret is taken byte by byte, a line feed at its end
  /// too.
  added add_secret(std::string_view name, std::string_view secret);

  /// One or more blocks of PUBLIC KEY, RSA PUBLIC KEY or CERTIFICATE, of which only the key counts:
  /// neither its dates nor its signature are looked at. Text between the blocks is ignored.
  added add_pem(std::string_view name, std::string_view pem);

  /// A JWK Set (RFC 7517) of oct, RSA and EC keys. Skipped with a note: keys for encryption, of an
  /// unknown kind, curve or algorithm. A broken or weak key is an error, and so is a set that
  /// yields no key. Private members are ignored.
  added add_jwks(std::string_view name, std::string_view text);

  bool empty() const noexcept { return keys_.empty(); }
  std::size_t size() const noexcept { return keys_.size(); }
  const expected_claims& expected() const noexcept { return expected_; }

  /// Tries the keys of exactly the algorithm `alg` names. A key with an id is tried only for tokens
  /// of that `kid` or of none (empty); a key without one, for all.
  verdict judge(std::string_view alg, std::string_view kid, std::string_view signed_text,
                std::string_view signature) const;

 private:
  struct entry {
    std::string kid;
    verifying_key key;
  };

  added keep(std::string_view name, std::vector<entry> fresh, std::vector<key_remark> notes);

  std::vector<entry> keys_;
  expected_claims expected_;
};

}  // namespace parley::auth
