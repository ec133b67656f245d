// Base64url without padding (RFC 7515, section 2), the form of a token's parts and of a JWK's
// numbers. Pure, on every thread. Invariant: strict; exactly one text decodes to given bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::auth::base64url {

std::string encode(std::string_view bytes);

/// The bytes; nothing where the text has a foreign character (padding too), an impossible length or
/// spare bits set.
std::optional<std::string> decode(std::string_view text);

}  // namespace parley::auth::base64url
