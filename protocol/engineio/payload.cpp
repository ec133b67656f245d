#include "protocol/engineio/payload.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/json/utf8.hpp"

namespace parley::engineio {
namespace {

constexpr std::size_t max_length_digits = 9;

/// Collects the packets of one body; `add` says what is wrong, or nothing.
class collector {
 public:
  collector(version protocol, const payload_limits& limits) : protocol_{protocol}, limits_{limits} {}

  std::optional<packet_error> add(std::string_view text, frame_kind kind) {
    if (packets_.size() == limits_.max_packets) return packet_error::too_many_packets;
    std::string scratch;
    const auto decoded = decode_frame(text, kind, protocol_, scratch);
    if (!decoded) return decoded.failure();
    packets_.push_back({decoded->type, std::string{decoded->data}, decoded->binary});
    return std::nullopt;
  }

  std::vector<packet> take() { return std::move(packets_); }

 private:
  version protocol_;
  payload_limits limits_;
  std::vector<packet> packets_;
};

std::optional<packet_error> collect_v4(collector& out, std::string_view body) {
  for (;;) {
    const std::size_t end = body.find(payload_separator);
    if (const auto failure = out.add(body.substr(0, end), frame_kind::text)) return failure;
    if (end == std::string_view::npos) return std::nullopt;
    body.remove_prefix(end + 1);
  }
}

/// `<n>:` at the front of `text`, n in UTF-16 code units; takes both off and returns the packet's
/// bytes.
std::optional<std::string_view> take_counted(std::string_view& text) {
  const std::size_t colon = text.substr(0, max_length_digits + 1).find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::size_t units = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + colon, units);
  if (failed != std::errc{} || end != text.data() + colon) return std::nullopt;
  text.remove_prefix(colon + 1);
  const auto bytes = utf8::utf16_prefix(text, units);
  if (!bytes) return std::nullopt;
  const std::string_view packet = text.substr(0, *bytes);
  text.remove_prefix(*bytes);
  return packet;
}

std::optional<packet_error> collect_v3(collector& out, std::string_view body) {
  while (!body.empty()) {
    const auto text = take_counted(body);
    if (!text) return packet_error::bad_length;
    if (const auto failure = out.add(*text, frame_kind::text)) return failure;
  }
  return std::nullopt;
}

/// The digits and the byte 255 at the front of `bytes`; takes them off and returns the length they
/// say.
std::optional<std::size_t> take_binary_length(std::string_view& bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i <= max_length_digits && i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte == 0xFF && i > 0) {
      bytes.remove_prefix(i + 1);
      return length;
    }
    if (byte > 9) return std::nullopt;
    length = length * 10 + byte;
  }
  return std::nullopt;
}

std::optional<packet_error> take_binary_packet(collector& out, std::string_view& body) {
  const auto marker = static_cast<unsigned char>(body[0]);
  body.remove_prefix(1);
  const auto length = take_binary_length(body);
  if (marker > 1 || !length || *length > body.size()) return packet_error::bad_length;
  const std::string_view content = body.substr(0, *length);
  body.remove_prefix(*length);
  if (marker == 1) return out.add(content, frame_kind::binary);
  if (!utf8::valid(content)) return packet_error::bad_utf8;
  return out.add(content, frame_kind::text);
}

}  // namespace

result<std::vector<packet>, packet_error> decode_payload(std::string_view body, version protocol,
                                                         const payload_limits& limits) {
  if (body.size() > limits.max_bytes) return packet_error::too_large;
  if (body.empty()) return packet_error::empty;
  if (!utf8::valid(body)) return packet_error::bad_utf8;
  collector out{protocol, limits};
  const auto failure = protocol == version::v4 ? collect_v4(out, body) : collect_v3(out, body);
  if (failure) return *failure;
  return out.take();
}

result<std::vector<packet>, packet_error> decode_binary_payload_v3(std::string_view body,
                                                                   const payload_limits& limits) {
  if (body.size() > limits.max_bytes) return packet_error::too_large;
  if (body.empty()) return packet_error::empty;
  collector out{version::v3, limits};
  while (!body.empty())
    if (const auto failure = take_binary_packet(out, body)) return *failure;
  return out.take();
}

std::string encode_binary_payload_v3(const std::vector<packet>& packets) {
  std::string out;
  for (const auto& each : packets) {
    const auto bytes = encode_frame(each, version::v3);
    out.push_back(each.binary ? '\x01' : '\x00');
    for (const char digit : std::to_string(bytes.size())) out.push_back(static_cast<char>(digit - '0'));
    out.append(1, '\xff').append(bytes);
  }
  return out;
}

std::optional<std::string> to_binary_payload_v3(std::string_view text_payload) {
  if (text_payload.find(":b") == std::string_view::npos) return std::nullopt;
  const auto size = text_payload.size();
  const auto packets = decode_payload(text_payload, version::v3, {size, size});
  if (!packets) return std::nullopt;
  const bool binary = std::any_of(packets->begin(), packets->end(), [](const packet& each) { return each.binary; });
  return binary ? std::optional{encode_binary_payload_v3(*packets)} : std::nullopt;
}

void append_to_payload(std::string& payload, const packet_view& packet, version protocol) {
  if (protocol == version::v4) {
    if (!payload.empty()) payload.push_back(payload_separator);
    return append_text_form(payload, packet, protocol);
  }
  std::string text;
  append_text_form(text, packet, protocol);
  // Our own texts are well-formed; the byte count only stands in for the impossible.
  payload.append(std::to_string(utf8::utf16_length(text).value_or(text.size()))).push_back(':');
  payload.append(text);
}

}  // namespace parley::engineio
