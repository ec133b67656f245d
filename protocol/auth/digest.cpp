#include "protocol/auth/digest.hpp"

#include <array>

#include <openssl/sha.h>

namespace parley::auth {

std::uint64_t digest64(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::uint64_t first = 0;
  for (std::size_t at = 0; at < sizeof first; ++at) first = (first << 8U) | digest[at];
  return first;
}

}  // namespace parley::auth
