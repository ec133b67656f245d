// SHA-1, which the WebSocket handshake asks for (RFC 6455, 4.2.2) and nothing else here may use. Here, as libcrypto
// stays inside protocol/auth/; it has instructions of the processor for it. Pure, on every thread.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

namespace parley::auth {

using sha1_digest = std::array<unsigned char, 20>;

/// Of the parts, one behind the other.
sha1_digest sha1(std::initializer_list<std::string_view> parts);

}  // namespace parley::auth
