// WebSocket opcodes (RFC 6455, 5.2).
#pragma once

#include <cstdint>

namespace parley::websocket {

enum class opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

constexpr bool is_control(opcode kind) { return (static_cast<unsigned>(kind) & 8U) != 0; }

}  // namespace parley::websocket
