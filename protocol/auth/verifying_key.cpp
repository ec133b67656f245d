#include "protocol/auth/verifying_key.hpp"

#include <array>
#include <utility>

#include <openssl/crypto.h>

#include "protocol/auth/evp.hpp"
#include "protocol/auth/hmac.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t p256_number_bytes = 32;

bool genuine_mac(const hmac_key& prepared, std::string_view text, std::string_view signature) {
  const auto mac = prepared.mac_of(text);
  return signature.size() == mac.size() && CRYPTO_memcmp(mac.data(), signature.data(), mac.size()) == 0;
}

bool genuine_signature(const EVP_MD_CTX& prepared, std::string_view text, std::string_view signature) {
  const evp::quiet_errors quiet;
  const evp::digest_context copy{EVP_MD_CTX_new()};
  return copy && EVP_MD_CTX_copy_ex(copy.get(), &prepared) == 1 &&
         EVP_DigestVerify(copy.get(), evp::bytes(signature), signature.size(), evp::bytes(text), text.size()) == 1;
}

/// A JWS has r and s as two numbers of 32 bytes (RFC 7518, section 3.4); OpenSSL wants them as
/// ASN.1. Empty where the signature has another size.
std::string der_of(std::string_view raw) {
  if (raw.size() != 2 * p256_number_bytes) return {};
  const auto* bytes = evp::bytes(raw);
  evp::bignum r{BN_bin2bn(bytes, p256_number_bytes, nullptr)};
  evp::bignum s{BN_bin2bn(bytes + p256_number_bytes, p256_number_bytes, nullptr)};
  const evp::ecdsa_signature pair{ECDSA_SIG_new()};
  if (!r || !s || !pair || !ECDSA_SIG_set0(pair.get(), r.get(), s.get())) return {};
  (void)r.release(), (void)s.release();
  std::array<unsigned char, 80> der;
  auto* end = der.data();
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (length <= 0 || static_cast<std::size_t>(length) > der.size()) return {};
  i2d_ECDSA_SIG(pair.get(), &end);
  return {der.data(), end};
}

/// The algorithm that the key's kind allows, or why there is none.
result<algorithm, std::string> algorithm_of(evp::key::pointer key) {
  if (EVP_PKEY_is_a(key, "RSA")) {
    const int bits = EVP_PKEY_get_bits(key);
    if (bits >= min_rsa_bits && bits <= max_rsa_bits) return algorithm::rs256;
    return "an RSA key of " + std::to_string(bits) + " bits; it must have " + std::to_string(min_rsa_bits) + " to " +
           std::to_string(max_rsa_bits);
  }
  if (EVP_PKEY_is_a(key, "EC")) {
    std::array<char, 32> curve{};
    EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr);
    if (std::string_view{curve.data()} == "prime256v1") return algorithm::es256;
    return std::string{"an EC key on another curve than P-256"};
  }
  return std::string{"a key that is neither RSA nor EC"};
}

}  // namespace

std::string_view name(algorithm alg) noexcept {
  constexpr std::array<std::string_view, 3> names{"HS256", "RS256", "ES256"};
  return names[static_cast<std::size_t>(alg)];
}

std::string advice_on(std::string_view secret) {
  if (secret.size() >= advised_secret_bytes) return {};
  return "a secret of " + std::to_string(secret.size()) + " bytes is weak; use at least " +
         std::to_string(advised_secret_bytes);
}

verifying_key::made verifying_key::from_secret(std::string_view secret) {
  if (secret.empty()) return std::string{"the secret is empty"};
  if (secret.find("-----BEGIN ") != std::string_view::npos)
    return std::string{"the secret is PEM text; configure it as a PEM key"};
  return verifying_key{algorithm::hs256, std::make_shared<const hmac_key>(secret)};
}

verifying_key::made verifying_key::from_public(evp_pkey_st* key) {
  const evp::quiet_errors quiet;
  const auto alg = algorithm_of(key);
  if (!alg) return alg.failure();
  const evp::key_context checked{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  if (!checked || EVP_PKEY_public_check(checked.get()) != 1) return std::string{"its numbers make no valid public key"};
  evp::digest_context context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key, nullptr) != 1)
    return std::string{"OpenSSL offers no " + std::string{name(*alg)}};
  return verifying_key{*alg, digest_context{std::move(context)}};
}

bool verifying_key::accepts(std::string_view signed_text, std::string_view signature) const {
  switch (algorithm_) {
    case algorithm::hs256:
      return genuine_mac(*std::get<mac_context>(prepared_), signed_text, signature);
    case algorithm::rs256:
      return genuine_signature(*std::get<digest_context>(prepared_), signed_text, signature);
    case algorithm::es256:
      return genuine_signature(*std::get<digest_context>(prepared_), signed_text, der_of(signature));
  }
  return false;
}

}  // namespace parley::auth
