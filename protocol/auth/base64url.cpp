#include "protocol/auth/base64url.hpp"

#include "protocol/json/base64.hpp"

namespace parley::auth::base64url {

std::string encode(std::string_view bytes) {
  std::string text;
  base64::append_url(text, bytes);
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  return base64::decode_unpadded(text, base64::alphabet::url);
}

}  // namespace parley::auth::base64url
