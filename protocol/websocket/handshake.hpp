// What a server says to a client that asks for a WebSocket (RFC 6455, 4.2; RFC 7692, 7.1). Pure, on every thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::websocket {

inline constexpr std::string_view version = "13";
/// Whether `Sec-WebSocket-Key` is the base64 of 16 bytes.
bool valid_key(std::string_view key);

/// The answer to `Sec-WebSocket-Key`; empty where libcrypto has no SHA-1.
std::string accept_key(std::string_view key);

/// What is answered to `Sec-WebSocket-Protocol`: the first of those offered, as the reference does, for whatever a
/// client calls its protocol, it is Socket.IO or JSON that it speaks. Empty where there was none, or it is no token.
std::string_view choose_subprotocol(std::string_view offered);

/// What is agreed on about permessage-deflate. No side keeps a context, so that one compressed frame can be shared by
/// all.
struct deflate_agreement {
  std::uint8_t server_window_bits = 15;  // 8 to 15: the most that we may refer back by, as a power of two
  std::string terms;                     // the answer in `Sec-WebSocket-Extensions`
};

/// The first of the offers in `Sec-WebSocket-Extensions` whose terms are well-formed and can be met; nothing where
/// there is none. Windows are agreed to as they are offered.
std::optional<deflate_agreement> agree_to_deflate(std::string_view extensions);

}  // namespace parley::websocket
