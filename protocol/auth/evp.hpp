// Owners for the OpenSSL objects that authentication uses. Included only
// inside protocol/auth/. Invariant: whatever fails in here leaves the thread's OpenSSL error queue
// as it was, so that TLS on the same thread never reads our refusals as its own.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

namespace parley::auth::evp {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using bignum = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using certificate = std::unique_ptr<X509, freed_by<X509_free>>;
using ecdsa_signature = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;
using key = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>>;
using digest_context = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using parameter_builder = std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>>;
using parameters = std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>>;

/// Drops what OpenSSL queues as errors during this scope.
class quiet_errors {
 public:
  quiet_errors() noexcept { ERR_set_mark(); }
  ~quiet_errors() { ERR_pop_to_mark(); }
  quiet_errors(const quiet_errors&) = delete;
  quiet_errors& operator=(const quiet_errors&) = delete;
};

inline const unsigned char* bytes(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace parley::auth::evp
