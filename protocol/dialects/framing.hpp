// How Engine.IO packets become the bytes of a connection, for each framing there is. On the way
// from an event to its frame, on the thread that encodes; no state. Invariant: appending packet
// after packet to one string gives the bytes of all of them, in order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/dialects/frame.hpp"
#include "protocol/websocket/opcode.hpp"

namespace parley::dialects {

using websocket::opcode;

/// One unmasked, unfragmented WebSocket frame.
void append_websocket(std::string& out, opcode kind, std::string_view payload);

/// The same, compressed where that makes it smaller.
void append_websocket_deflated(std::string& out, opcode kind, std::string_view payload,
                               compression how = compression::full_window);

/// One message of a WebSocket without Engine.IO, in one of the plain framings.
void append_plain_message(framing how, std::string& out, opcode kind, std::string_view payload);

/// One text packet: type digit and data; for `plain`, the text as it is.
void append_packet(framing how, std::string& out, std::string_view packet);

/// One binary message, such as an attachment. Not for `plain`, which has none.
void append_binary(framing how, std::string& out, std::string_view bytes);

}  // namespace parley::dialects
