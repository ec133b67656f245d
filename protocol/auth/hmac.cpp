// Through EVP, as OpenSSL 3 would have it, a token's HMAC takes a fourth more instructions than its hashes, in a
// hundred cache lines of code; these functions are the same hashes.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "protocol/auth/hmac.hpp"

#include <algorithm>

#include <openssl/crypto.h>

namespace parley::auth {
namespace {

using block = std::array<unsigned char, SHA256_CBLOCK>;

SHA256_CTX begin_with(block key, unsigned char mask) {
  for (auto& byte : key) byte ^= mask;
  SHA256_CTX made;
  ::SHA256_Init(&made);
  ::SHA256_Update(&made, key.data(), key.size());
  OPENSSL_cleanse(key.data(), key.size());
  return made;
}

/// Zeros behind it, or its hash where it is longer than a block.
block padded(std::string_view secret) {
  block key{};
  if (secret.size() > key.size())
    ::SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), key.data());
  else
    std::copy(secret.begin(), secret.end(), key.begin());
  return key;
}

}  // namespace

hmac_key::hmac_key(std::string_view secret) {
  auto key = padded(secret);
  inner_ = begin_with(key, 0x36);
  outer_ = begin_with(key, 0x5c);
  OPENSSL_cleanse(key.data(), key.size());
}

sha256_mac hmac_key::mac_of(std::string_view text) const {
  sha256_mac mac{};
  auto inner = inner_;
  ::SHA256_Update(&inner, text.data(), text.size());
  ::SHA256_Final(mac.data(), &inner);
  auto outer = outer_;
  ::SHA256_Update(&outer, mac.data(), mac.size());
  ::SHA256_Final(mac.data(), &outer);
  return mac;
}

}  // namespace parley::auth
