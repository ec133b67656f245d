#include "protocol/dialects/framing.hpp"

#include <array>
#include <cassert>

#include "protocol/dialects/deflate.hpp"
#include "protocol/engineio/packet.hpp"
#include "protocol/engineio/payload.hpp"

namespace parley::dialects {
namespace {

constexpr std::uint8_t final_fragment = 0x80;
constexpr std::uint8_t compressed = 0x40;  // RSV1
constexpr std::size_t longest_header = 10;
/// Shorter messages shrink by a few dozen bytes at best, which is not worth the receivers' work.
constexpr std::size_t deflate_threshold = 256;

char* put_big_endian(char* to, std::uint64_t value, unsigned bytes) {
  for (auto shift = bytes * 8; shift != 0;) {
    shift -= 8;
    *to++ = static_cast<char>(value >> shift & 0xffU);
  }
  return to;
}

void append_header(std::string& out, opcode kind, std::uint8_t flags, std::size_t length) {
  std::array<char, longest_header> header;
  header[0] = static_cast<char>(final_fragment | flags | static_cast<std::uint8_t>(kind));
  const bool is_short = length < 126;
  const bool is_medium = !is_short && length <= 0xffff;
  header[1] = is_short ? static_cast<char>(length) : is_medium ? char{126} : char{127};
  char* const end = put_big_endian(header.data() + 2, length, is_short ? 0 : is_medium ? 2 : 8);
  out.reserve(out.size() + longest_header + length);
  out.append(header.data(), static_cast<std::size_t>(end - header.data()));
}

}  // namespace

void append_websocket(std::string& out, opcode kind, std::string_view payload) {
  append_header(out, kind, 0, payload.size());
  out.append(payload);
}

void append_websocket_deflated(std::string& out, opcode kind, std::string_view payload, compression how) {
  if (payload.size() < deflate_threshold) return append_websocket(out, kind, payload);
  auto& with = how == compression::small_window ? local_small_deflater() : local_deflater();
  const auto smaller = with.deflate(payload);
  if (smaller.empty() || smaller.size() >= payload.size()) return append_websocket(out, kind, payload);
  append_header(out, kind, compressed, smaller.size());
  out.append(smaller);
}

void append_plain_message(framing how, std::string& out, opcode kind, std::string_view payload) {
  switch (how) {
    case framing::plain_deflated:
      return append_websocket_deflated(out, kind, payload, compression::full_window);
    case framing::plain_deflated_small:
      return append_websocket_deflated(out, kind, payload, compression::small_window);
    default:
      return append_websocket(out, kind, payload);
  }
}

// -- Engine.IO
// ----------------------------------------------------------------------------------------------------

namespace {

using engineio::packet_view;
using engineio::version;

version version_of(framing how) {
  return how == framing::websocket_v3 || how == framing::polling_v3 ? version::v3 : version::v4;
}

/// `text` is a type digit and data.
packet_view view_of(std::string_view text) {
  assert(!text.empty() && text.front() >= '0' && text.front() <= '6');
  return {static_cast<engineio::packet_type>(text.front() - '0'), text.substr(1)};
}

}  // namespace

void append_packet(framing how, std::string& out, std::string_view packet) {
  switch (how) {
    case framing::websocket:
    case framing::websocket_v3:
      return append_websocket(out, opcode::text, packet);
    case framing::websocket_deflated:
      return append_websocket_deflated(out, opcode::text, packet);
    case framing::websocket_deflated_small:
      return append_websocket_deflated(out, opcode::text, packet, compression::small_window);
    case framing::plain:
    case framing::plain_deflated:
    case framing::plain_deflated_small:
      return append_plain_message(how, out, opcode::text, packet);
    case framing::polling:
    case framing::polling_v3:
      return engineio::append_to_payload(out, view_of(packet), version_of(how));
  }
}

void append_binary(framing how, std::string& out, std::string_view bytes) {
  const packet_view message{engineio::packet_type::message, bytes, true};
  const auto version = version_of(how);
  switch (how) {
    case framing::websocket:
    case framing::websocket_v3:
      return append_websocket(out, opcode::binary, engineio::encode_frame(message, version));
    case framing::websocket_deflated:
      return append_websocket_deflated(out, opcode::binary, bytes);
    case framing::websocket_deflated_small:
      return append_websocket_deflated(out, opcode::binary, bytes, compression::small_window);
    case framing::polling:
    case framing::polling_v3:
      return engineio::append_to_payload(out, message, version);
    case framing::plain:
    case framing::plain_deflated:
    case framing::plain_deflated_small:
      assert(false);
  }
}

}  // namespace parley::dialects
