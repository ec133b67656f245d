// A Socket.IO packet, the header it begins with, and all that can be wrong with it. Between
// Engine.IO messages and the dialects; pure. Invariant: a packet that came out of the decoder obeys
// every rule of its type (decoder.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/domain/result.hpp"
#include "protocol/json/json_document.hpp"

namespace parley::socketio {

/// v4 is what 2.x clients speak (over Engine.IO v3), v5 what 3.x and 4.x clients do.
enum class version : std::uint8_t { v4 = 4, v5 = 5 };

enum class packet_type : std::uint8_t { connect, disconnect, event, ack, connect_error, binary_event, binary_ack };

constexpr char digit(packet_type type) noexcept { return static_cast<char>('0' + static_cast<int>(type)); }
constexpr bool is_binary(packet_type type) noexcept { return type >= packet_type::binary_event; }

/// Why a connection is closed. Every one of these is the client's doing.
enum class violation : std::uint8_t {
  empty_packet,
  unknown_type,
  bad_attachment_count,
  too_many_attachments,
  bad_namespace,
  bad_ack_id,
  malformed_json,
  bad_connect_payload,
  disconnect_with_data,
  bad_event,
  reserved_event,
  bad_ack,
  connect_error_from_client,
  bad_placeholder,
  text_out_of_turn,
  binary_out_of_turn,
  already_connected,
  not_connected,
};
std::string_view to_string(violation what) noexcept;

inline constexpr std::size_t max_attachments = 10;
/// Bytes of a namespace with its query string, which may hold a token.
inline constexpr std::size_t max_namespace_bytes = 8'192;
/// The largest integer JavaScript counts exactly to, 2⁵³ − 1.
inline constexpr std::uint64_t max_ack_id = 9'007'199'254'740'991;

/// A packet's text taken apart; refers to it.
struct packet_view {
  packet_type type = packet_type::event;
  std::size_t attachments = 0;
  std::string_view nsp = "/";
  std::string_view query{};  // v4 only, without the `?`
  std::optional<std::uint64_t> id{};
  std::string_view data{};  // raw JSON text, not looked at yet; may be empty
};

/// Takes a packet's text (without Engine.IO's digit) apart: `<type>[<attachments>-][<nsp>,][<ack
/// id>][<json>]`.
result<packet_view, violation> decode_header(std::string_view text, version protocol);

/// Refers to the text it was in, and to what its decoder read that into.
struct packet {
  packet_type type = packet_type::event;  // never a binary one: binary values are inside `data`
  std::string_view nsp = "/";
  std::string_view query{};
  std::optional<std::uint64_t> id{};
  /// event: array, name first. ack: array. connect: object, or absent when there was none.
  /// disconnect: absent.
  json_view data{};
  /// `read`, or why valid JSON was not taken as it is: then the packet is to be answered with a refusal
  /// (json_text::refusal) instead of being obeyed, and `data` has null where something is missing.
  json_text::outcome how_read = json_text::outcome::read;
  std::string_view number_out_of_range{};
};

/// Names the protocol keeps for itself, on every namespace and in both directions.
bool is_reserved_event(std::string_view name) noexcept;

}  // namespace parley::socketio
