#include "protocol/auth/pem.hpp"

#include <array>
#include <climits>
#include <utility>

#include <openssl/pem.h>

#include "protocol/auth/evp.hpp"

namespace parley::auth {
namespace {

using read_key = evp::key (*)(const unsigned char** at, long size);

evp::key public_key(const unsigned char** at, long size) { return evp::key{d2i_PUBKEY(nullptr, at, size)}; }

evp::key rsa_public_key(const unsigned char** at, long size) {
  return evp::key{d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size)};
}

evp::key certified_key(const unsigned char** at, long size) {
  const evp::certificate certificate{d2i_X509(nullptr, at, size)};
  return evp::key{certificate ? X509_get_pubkey(certificate.get()) : nullptr};
}

struct kind {
  std::string_view label;
  read_key read;
};

constexpr std::array kinds{
    kind{"PUBLIC KEY", public_key},
    kind{"RSA PUBLIC KEY", rsa_public_key},
    kind{"CERTIFICATE", certified_key},
};

template <class T>
using openssl_buffer = std::unique_ptr<T, decltype([](T* memory) { OPENSSL_free(memory); })>;

/// One `-----BEGIN label-----` block, decoded from base64.
struct block {
  openssl_buffer<char> label;
  openssl_buffer<unsigned char> der;
  long size = 0;
};

enum class found : unsigned char { block, end, garbage };

found next_block(BIO* text, block& into) {
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* der = nullptr;
  const int ok = PEM_read_bio(text, &label, &header, &der, &into.size);
  into.label.reset(label);
  into.der.reset(der);
  const openssl_buffer<char> unused{header};
  if (ok == 1) return found::block;
  return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ? found::end : found::garbage;
}

verifying_key::made key_in(const block& from) {
  const std::string_view label{from.label.get()};
  if (label.ends_with("PRIVATE KEY")) return std::string{"a private key; only its public half belongs here"};
  for (const auto& each : kinds) {
    if (each.label != label) continue;
    const auto* at = from.der.get();
    const auto key = each.read(&at, from.size);
    if (!key || at != from.der.get() + from.size) return "not a valid " + std::string{label};
    return verifying_key::from_public(key.get());
  }
  return "a " + std::string{label} + " holds no public key";
}

}  // namespace

result<std::vector<verifying_key>, std::string> read_pem(std::string_view text) {
  const evp::quiet_errors quiet;
  if (text.size() > INT_MAX) return std::string{"too long"};
  const evp::bio source{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  if (!source) return std::string{"no PEM block in it"};
  std::vector<verifying_key> keys;
  for (;;) {
    block next;
    const auto what = next_block(source.get(), next);
    if (what == found::end) break;
    const auto place = "block " + std::to_string(keys.size() + 1) + ": ";
    if (what == found::garbage) return place + "malformed PEM";
    auto key = key_in(next);
    if (!key) return place + key.failure();
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return std::string{"no PEM block in it"};
  return keys;
}

}  // namespace parley::auth
