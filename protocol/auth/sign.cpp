#include "protocol/auth/sign.hpp"

#include "protocol/auth/base64url.hpp"
#include "protocol/auth/hmac.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::auth {

std::optional<std::string> sign_hs256(const json& claims, std::string_view secret) {
  if (secret.empty()) return std::nullopt;
  std::string token = base64url::encode(R"({"alg":"HS256","typ":"JWT"})");
  token.append(1, '.').append(base64url::encode(json_text::dump(claims)));
  const auto mac = hmac_key{secret}.mac_of(token);
  const std::string_view signature{reinterpret_cast<const char*>(mac.data()), mac.size()};
  token.append(1, '.').append(base64url::encode(signature));
  return token;
}

}  // namespace parley::auth
