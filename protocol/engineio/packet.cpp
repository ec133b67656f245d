#include "protocol/engineio/packet.hpp"

#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "protocol/json/base64.hpp"

namespace parley::engineio {
namespace {

constexpr std::array<std::string_view, 7> error_texts{"empty packet",     "unknown packet type", "malformed base64",
                                                      "malformed UTF-8",  "malformed size",      "too many packets",
                                                      "payload too large"};

std::optional<packet_type> type_of(unsigned value) {
  if (value > static_cast<unsigned>(packet_type::noop)) return std::nullopt;
  return static_cast<packet_type>(value);
}

std::optional<packet_type> type_of_digit(char c) { return type_of(static_cast<unsigned>(c) - '0'); }

/// v4 base64 is always a message; v3 puts the type's digit before it.
result<packet_view, packet_error> decode_base64(std::string_view text, version protocol, std::string& scratch) {
  auto type = std::optional{packet_type::message};
  if (protocol == version::v3) {
    if (text.empty()) return packet_error::empty;
    type = type_of_digit(text[0]);
    text.remove_prefix(1);
  }
  if (!type) return packet_error::unknown_type;
  auto bytes = base64::decode(text);
  if (!bytes) return packet_error::bad_base64;
  scratch = *std::move(bytes);
  return packet_view{*type, scratch, true};
}

result<packet_view, packet_error> decode_binary(std::string_view frame, version protocol) {
  if (protocol == version::v4) return packet_view{packet_type::message, frame, true};
  if (frame.empty()) return packet_error::empty;
  const auto type = type_of(static_cast<unsigned char>(frame[0]));
  if (!type) return packet_error::unknown_type;
  return packet_view{*type, frame.substr(1), true};
}

}  // namespace

std::string_view to_string(packet_error failure) noexcept { return error_texts[static_cast<std::size_t>(failure)]; }

result<packet_view, packet_error> decode_frame(std::string_view frame, frame_kind kind, version protocol,
                                               std::string& scratch) {
  if (kind == frame_kind::binary) return decode_binary(frame, protocol);
  if (frame.empty()) return packet_error::empty;
  if (frame[0] == 'b') return decode_base64(frame.substr(1), protocol, scratch);
  const auto type = type_of_digit(frame[0]);
  if (!type) return packet_error::unknown_type;
  return packet_view{*type, frame.substr(1), false};
}

void append_frame(std::string& out, const packet_view& packet, version protocol) {
  assert(!packet.binary || packet.type == packet_type::message);
  if (!packet.binary)
    out.push_back(digit(packet.type));
  else if (protocol == version::v3)
    out.push_back(static_cast<char>(packet.type));
  out.append(packet.data);
}

std::string encode_frame(const packet_view& packet, version protocol) {
  std::string out;
  out.reserve(packet.data.size() + 1);
  append_frame(out, packet, protocol);
  return out;
}

void append_text_form(std::string& out, const packet_view& packet, version protocol) {
  if (!packet.binary) return append_frame(out, packet, protocol);
  out.push_back('b');
  if (protocol == version::v3) out.push_back(digit(packet.type));
  base64::append(out, packet.data);
}

}  // namespace parley::engineio
