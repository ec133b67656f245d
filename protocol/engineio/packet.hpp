// An Engine.IO packet and its form as one WebSocket frame, which is also its form inside a polling
// payload. Between transport and session, both ways; pure, on the connection's thread. Invariant:
// only messages are binary; a decoded packet has a type of the table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/domain/result.hpp"
#include "protocol/engineio/transport.hpp"

namespace parley::engineio {

enum class packet_type : std::uint8_t { open, close, ping, pong, message, upgrade, noop };

/// The digit a packet of this type starts with.
constexpr char digit(packet_type type) noexcept { return static_cast<char>('0' + static_cast<int>(type)); }

/// Refers to bytes that someone else keeps.
struct packet_view {
  packet_type type = packet_type::noop;
  std::string_view data{};
  bool binary = false;
};

struct packet {
  packet_type type = packet_type::noop;
  std::string data{};
  bool binary = false;

  packet_view view() const noexcept { return {type, data, binary}; }
  operator packet_view() const noexcept { return view(); }
  bool operator==(const packet&) const = default;
};

/// What a client's bytes violate. Each of them ends the session.
enum class packet_error : std::uint8_t {
  empty,
  unknown_type,
  bad_base64,
  bad_utf8,
  bad_length,
  too_many_packets,
  too_large,
};
std::string_view to_string(packet_error failure) noexcept;

enum class frame_kind : std::uint8_t { text, binary };

/// Decodes one frame. The view refers to `frame`, or to `scratch` where base64 had to be decoded.
/// Text is taken to be the well-formed UTF-8 that the WebSocket layer guarantees.
result<packet_view, packet_error> decode_frame(std::string_view frame, frame_kind kind, version protocol,
                                               std::string& scratch);

/// Appends the packet as one frame, whose kind is binary exactly for binary packets.
void append_frame(std::string& out, const packet_view& packet, version protocol);
std::string encode_frame(const packet_view& packet, version protocol);

/// Appends the packet in its text-only form: `b` and base64 for binary.
void append_text_form(std::string& out, const packet_view& packet, version protocol);

}  // namespace parley::engineio
