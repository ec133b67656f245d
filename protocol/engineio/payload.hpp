// The body of a polling request or reply: several packets in one text. Between poll transport and
// session; pure. Invariant: all or nothing; a body with one bad packet yields no packet. v4 parts
// packets by `\x1e`, v3 puts each packet's length before it, in UTF-16 code units.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/engineio/packet.hpp"

namespace parley::engineio {

inline constexpr char payload_separator = '\x1e';

struct payload_limits {
  std::size_t max_bytes = 1'000'000;
  /// A client that emits in a loop while it polls sends all of it in one body, so this bounds
  /// memory, not manners.
  std::size_t max_packets = 10'000;
};

/// Decodes a text body (both versions). Text must be well-formed UTF-8: no other layer checks it on
/// this transport.
result<std::vector<packet>, packet_error> decode_payload(std::string_view body, version protocol,
                                                         const payload_limits& limits = {});

/// Decodes what 2.x clients post as `application/octet-stream` when a batch holds binary: for each
/// packet a byte 0 (text) or 1 (binary), the length as bytes 0…9, a byte 255, the packet.
result<std::vector<packet>, packet_error> decode_binary_payload_v3(std::string_view body,
                                                                   const payload_limits& limits = {});

/// The same bytes for the other way: what a 2.x client that takes binary is answered where one of the packets is
/// binary.
std::string encode_binary_payload_v3(const std::vector<packet>& packets);

/// A v3 payload in the text form, in the binary form instead if it holds a binary packet; nothing if it does not.
std::optional<std::string> to_binary_payload_v3(std::string_view text_payload);

/// Appends one packet behind those that `payload` already holds; always in the text form.
void append_to_payload(std::string& payload, const packet_view& packet, version protocol);

}  // namespace parley::engineio
