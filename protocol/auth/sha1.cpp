#include "protocol/auth/sha1.hpp"

#include "protocol/auth/evp.hpp"

namespace parley::auth {
namespace {

using digest_kind = std::unique_ptr<EVP_MD, evp::freed_by<EVP_MD_free>>;

}  // namespace

std::optional<sha1_digest> sha1(std::initializer_list<std::string_view> parts) {
  const evp::quiet_errors quiet;
  // Looking the digest up and making a context costs more than the hash.
  static const digest_kind kind{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  thread_local const evp::digest_context context{EVP_MD_CTX_new()};
  if (!kind || !context || EVP_DigestInit_ex2(context.get(), kind.get(), nullptr) != 1) return std::nullopt;
  for (const auto part : parts)
    if (EVP_DigestUpdate(context.get(), part.data(), part.size()) != 1) return std::nullopt;
  sha1_digest digest;
  if (EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) return std::nullopt;
  return digest;
}

}  // namespace parley::auth
