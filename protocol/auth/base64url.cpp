#include "protocol/auth/base64url.hpp"

#include <algorithm>

#include "protocol/json/base64.hpp"

namespace parley::auth::base64url {

std::string encode(std::string_view bytes) {
  std::string text = base64::encode(bytes);
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::optional<std::string> decode(std::string_view text) {
  if (text.find_first_of("+/=") != std::string_view::npos) return std::nullopt;
  std::string padded;
  padded.reserve(text.size() + 3);
  padded = text;
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  padded.append((4 - text.size() % 4) % 4, '=');
  return base64::decode(padded);
}

}  // namespace parley::auth::base64url
