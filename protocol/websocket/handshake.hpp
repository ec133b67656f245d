// What a server says to a client that asks for a WebSocket (RFC 6455, 4.2; RFC 7692, 7.1). Pure, on every thread.
#pragma once

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

/// Whether one of the offers in `Sec-WebSocket-Extensions` is permessage-deflate on terms that we can meet: no context
/// kept by either side, so that one compressed frame can be shared by all, and no window of ours smaller than usual.
bool offers_deflate(std::string_view extensions);

/// What is answered to such an offer.
inline constexpr std::string_view deflate_terms =
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

}  // namespace parley::websocket
