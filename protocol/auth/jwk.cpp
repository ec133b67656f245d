#include "protocol/auth/jwk.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <openssl/core_names.h>

#include "protocol/auth/base64url.hpp"
#include "protocol/auth/evp.hpp"
#include "protocol/json/json.hpp"

namespace parley::auth {
namespace {

using made = verifying_key::made;

constexpr std::size_t p256_number_bytes = 32;

/// The text of a member; empty where it is absent or something else.
std::string_view text(const json& jwk, std::string_view member) {
  const auto found = jwk.find(member);
  if (found == jwk.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

/// The bytes of a member in base64url; empty where there are none.
std::string bytes(const json& jwk, std::string_view member) {
  return base64url::decode(text(jwk, member)).value_or(std::string{});
}

evp::key key_of(const char* type, OSSL_PARAM_BLD* numbers) {
  const evp::parameters parameters{OSSL_PARAM_BLD_to_param(numbers)};
  const evp::key_context context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* key = nullptr;
  if (parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1)
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get());
  return evp::key{key};
}

made rsa_key(const json& jwk) {
  const evp::quiet_errors quiet;
  const auto n = bytes(jwk, "n");
  const auto e = bytes(jwk, "e");
  if (n.empty()) return std::string{"n is no base64url number"};
  if (e.empty()) return std::string{"e is no base64url number"};
  if (n.size() > max_rsa_bits / 8 + 1 || e.size() > n.size()) return std::string{"n or e is too large"};
  const evp::bignum modulus{BN_bin2bn(evp::bytes(n), static_cast<int>(n.size()), nullptr)};
  const evp::bignum exponent{BN_bin2bn(evp::bytes(e), static_cast<int>(e.size()), nullptr)};
  const evp::parameter_builder numbers{OSSL_PARAM_BLD_new()};
  if (!modulus || !exponent || !numbers ||
      !OSSL_PARAM_BLD_push_BN(numbers.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) ||
      !OSSL_PARAM_BLD_push_BN(numbers.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()))
    return std::string{"out of memory"};
  const auto key = key_of("RSA", numbers.get());
  return key ? verifying_key::from_public(key.get()) : made{"n and e make no RSA key"};
}

made ec_key(const json& jwk) {
  const evp::quiet_errors quiet;
  const auto x = bytes(jwk, "x");
  const auto y = bytes(jwk, "y");
  if (x.size() != p256_number_bytes) return std::string{"x is no base64url number of 32 bytes"};
  if (y.size() != p256_number_bytes) return std::string{"y is no base64url number of 32 bytes"};
  const std::string point = '\x04' + x + y;
  const evp::parameter_builder numbers{OSSL_PARAM_BLD_new()};
  if (!numbers || !OSSL_PARAM_BLD_push_utf8_string(numbers.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
      !OSSL_PARAM_BLD_push_octet_string(numbers.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()))
    return std::string{"out of memory"};
  const auto key = key_of("EC", numbers.get());
  return key ? verifying_key::from_public(key.get()) : made{"x and y are no point on P-256"};
}

made secret_key(const json& jwk) {
  const auto secret = base64url::decode(text(jwk, "k"));
  if (!secret) return std::string{"k is no base64url text"};
  return verifying_key::from_secret(*secret);
}

struct kind {
  std::string_view kty;
  algorithm alg;
  made (*read)(const json&);
};

constexpr std::array kinds{
    kind{"oct", algorithm::hs256, secret_key},
    kind{"RSA", algorithm::rs256, rsa_key},
    kind{"EC", algorithm::es256, ec_key},
};

/// True if the key's `key_ops` are absent or let it verify.
bool may_verify(const json& jwk) {
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end() || !operations->is_array()) return true;
  return std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

/// Why a key is not for us; empty where it is.
std::string reason_to_skip(const json& jwk, const kind* of) {
  if (!of) return "unknown kty \"" + std::string{text(jwk, "kty")} + '"';
  if (jwk.contains("use") && text(jwk, "use") != "sig") return "not for signatures";
  if (!may_verify(jwk)) return "its key_ops do not let it verify";
  if (jwk.contains("alg") && text(jwk, "alg") != name(of->alg))
    return "unsupported alg \"" + std::string{text(jwk, "alg")} + '"';
  if (of->alg == algorithm::es256 && text(jwk, "crv") != "P-256")
    return "unsupported crv \"" + std::string{text(jwk, "crv")} + '"';
  return {};
}

}  // namespace

result<std::variant<jwk_key, skipped_key>, std::string> read_jwk(const json& jwk) {
  using read = std::variant<jwk_key, skipped_key>;
  if (!jwk.is_object()) return std::string{"not a JSON object"};
  if (text(jwk, "kty").empty()) return std::string{"it has no kty"};
  const auto of =
      std::find_if(kinds.begin(), kinds.end(), [&](const kind& each) { return each.kty == text(jwk, "kty"); });
  if (auto why = reason_to_skip(jwk, of == kinds.end() ? nullptr : &*of); !why.empty())
    return read{skipped_key{std::move(why)}};
  auto key = of->read(jwk);
  if (!key) return key.failure();
  auto advice = of->alg == algorithm::hs256 ? advice_on(bytes(jwk, "k")) : std::string{};
  return read{jwk_key{std::string{text(jwk, "kid")}, std::move(*key), std::move(advice)}};
}

}  // namespace parley::auth
