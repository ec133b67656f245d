// Not through EVP, which costs as much again as the hash: see hmac.cpp.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "protocol/auth/sha1.hpp"

#include <openssl/sha.h>

namespace parley::auth {

sha1_digest sha1(std::initializer_list<std::string_view> parts) {
  SHA_CTX state;
  ::SHA1_Init(&state);
  for (const auto part : parts) ::SHA1_Update(&state, part.data(), part.size());
  sha1_digest digest{};
  ::SHA1_Final(digest.data(), &state);
  return digest;
}

}  // namespace parley::auth
