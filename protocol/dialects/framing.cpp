#include "protocol/dialects/framing.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/dialects/deflate.hpp"
#include "protocol/json/base64.hpp"
#include "protocol/json/utf8.hpp"

namespace parley::dialects {
namespace {

constexpr std::uint8_t final_fragment = 0x80;
constexpr std::uint8_t compressed = 0x40;  // RSV1
/// Below this compression saves less than the header of a TCP segment, and costs more than sending.
constexpr std::size_t deflate_threshold = 256;

void append_big_endian(std::string& out, std::uint64_t value, unsigned bytes) {
  for (auto shift = bytes * 8; shift != 0;) {
    shift -= 8;
    out.push_back(static_cast<char>(value >> shift & 0xffU));
  }
}

void append_header(std::string& out, opcode kind, std::uint8_t flags, std::size_t length) {
  out.push_back(static_cast<char>(final_fragment | flags | static_cast<std::uint8_t>(kind)));
  if (length < 126) {
    out.push_back(static_cast<char>(length));
  } else if (length <= 0xffff) {
    out.push_back(126);
    append_big_endian(out, length, 2);
  } else {
    out.push_back(127);
    append_big_endian(out, length, 8);
  }
}

}  // namespace

void append_websocket(std::string& out, opcode kind, std::string_view payload) {
  append_header(out, kind, 0, payload.size());
  out.append(payload);
}

void append_websocket_deflated(std::string& out, opcode kind, std::string_view payload) {
  if (payload.size() < deflate_threshold) return append_websocket(out, kind, payload);
  const auto smaller = local_deflater().deflate(payload);
  if (smaller.empty() || smaller.size() >= payload.size())
    return append_websocket(out, kind, payload);
  append_header(out, kind, compressed, smaller.size());
  out.append(smaller);
}

// -- Engine.IO ----------------------------------------------------------------------------------------------------

namespace {

constexpr char separator = '\x1e';
constexpr char v3_message = 4;

void append_polling(std::string& out, std::string_view packet) {
  if (!out.empty()) out.push_back(separator);
  out.append(packet);
}

void append_polling_v3(std::string& out, std::string_view packet) {
  // Our packets are well-formed; the bytes are but a way out that never is taken.
  const auto length = utf8::utf16_length(packet).value_or(packet.size());
  out.append(std::to_string(length)).append(":").append(packet);
}

}  // namespace

void append_packet(framing how, std::string& out, std::string_view packet) {
  switch (how) {
    case framing::websocket:
    case framing::websocket_v3:
    case framing::plain:
      return append_websocket(out, opcode::text, packet);
    case framing::websocket_deflated:
      return append_websocket_deflated(out, opcode::text, packet);
    case framing::polling:
      return append_polling(out, packet);
    case framing::polling_v3:
      return append_polling_v3(out, packet);
  }
}

void append_binary(framing how, std::string& out, std::string_view bytes) {
  switch (how) {
    case framing::websocket:
      return append_websocket(out, opcode::binary, bytes);
    case framing::websocket_deflated:
      return append_websocket_deflated(out, opcode::binary, bytes);
    case framing::websocket_v3:
      return append_websocket(out, opcode::binary, v3_message + std::string{bytes});
    case framing::polling:
      return append_polling(out, "b" + base64::encode(bytes));
    case framing::polling_v3:
      return append_polling_v3(out, "b4" + base64::encode(bytes));
    case framing::plain:
      assert(false);
  }
}

}  // namespace parley::dialects
