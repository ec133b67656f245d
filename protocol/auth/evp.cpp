#include "protocol/auth/evp.hpp"

#include <openssl/core_names.h>

namespace parley::auth::evp {

mac_context hmac_sha256_key(std::string_view secret) {
  const quiet_errors quiet;
  const std::unique_ptr<EVP_MAC, freed_by<EVP_MAC_free>> hmac{EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr)};
  if (!hmac) return nullptr;
  mac_context prepared{EVP_MAC_CTX_new(hmac.get())};
  char digest[] = "SHA256";
  const OSSL_PARAM settings[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
  if (!prepared || !EVP_MAC_init(prepared.get(), bytes(secret), secret.size(), settings)) return nullptr;
  return prepared;
}

std::optional<sha256_mac> hmac_sha256(const EVP_MAC_CTX& prepared, std::string_view text) {
  const quiet_errors quiet;
  const mac_context copy{EVP_MAC_CTX_dup(&prepared)};
  sha256_mac mac;
  std::size_t length = 0;
  if (!copy || !EVP_MAC_update(copy.get(), bytes(text), text.size()) ||
      !EVP_MAC_final(copy.get(), mac.data(), &length, mac.size()) || length != mac.size())
    return std::nullopt;
  return mac;
}

}  // namespace parley::auth::evp
