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

namespace {

/// This thread's copy of the context that it used last, ready for another text: a copy for each text costs as much as
/// its hash. Owns what it is a copy of, so that no other key can come to lie there.
struct working_copy {
  std::shared_ptr<const EVP_MAC_CTX> of;
  mac_context context;

  EVP_MAC_CTX* ready(const std::shared_ptr<const EVP_MAC_CTX>& prepared) {
    if (of == prepared && context && EVP_MAC_init(context.get(), nullptr, 0, nullptr) == 1) return context.get();
    context.reset(EVP_MAC_CTX_dup(prepared.get()));
    of = prepared;
    return context.get();
  }
};

}  // namespace

std::optional<sha256_mac> hmac_sha256(const std::shared_ptr<const EVP_MAC_CTX>& prepared, std::string_view text) {
  const quiet_errors quiet;
  thread_local working_copy mine;
  auto* const context = mine.ready(prepared);
  sha256_mac mac;
  std::size_t length = 0;
  if (context == nullptr || !EVP_MAC_update(context, bytes(text), text.size()) ||
      !EVP_MAC_final(context, mac.data(), &length, mac.size()) || length != mac.size())
    return std::nullopt;
  return mac;
}

}  // namespace parley::auth::evp
