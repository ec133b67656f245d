// WebSocket frames as a client needs them: server frames are parsed where they lie, client frames
// are masked. Pure; a frame's payload is a view into the bytes it was parsed from.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley::load {

enum class opcode : unsigned char { text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct frame {
  opcode op;
  std::string_view payload;
  std::size_t size;  ///< of header and payload together: where the next frame begins
};

/// The frame at the front of `bytes`, or nothing while it is incomplete. Fragments are not put
/// together: neither server fragments messages of a benchmark's size.
std::optional<frame> parse_frame(std::string_view bytes);

/// Appends a whole, masked frame to `out`.
void append_frame(std::string& out, opcode op, std::string_view payload);

}  // namespace parley::load
