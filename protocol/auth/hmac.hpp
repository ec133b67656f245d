// HMAC with SHA-256 (RFC 2104) of a key that is mixed in once. Included only inside protocol/auth/. Pure, on every
// thread at once.
#pragma once

#include <array>
#include <string_view>

#include <openssl/sha.h>

namespace parley::auth {

using sha256_mac = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

class hmac_key {
 public:
  explicit hmac_key(std::string_view secret);

  sha256_mac mac_of(std::string_view text) const;

 private:
  // Both hashes with the padded key behind them: each text goes on from a copy.
  SHA256_CTX inner_{};
  SHA256_CTX outer_{};
};

}  // namespace parley::auth
