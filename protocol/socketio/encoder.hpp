// What the server says in Socket.IO, as packet texts. Between sessions and rooms and the
// transports; pure, on every thread. Invariant: each packet is one text plus the attachments it
// announces, in the order of their numbers.
//
// The append_ forms write behind what a string holds: put Engine.IO's `4` there first, and a frame
// is built in one go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/socketio/packet.hpp"

namespace parley::socketio {

using ack_id = std::optional<std::uint64_t>;

/// `type` may be any; it becomes the binary one when there are attachments.
void append_header(std::string& out, packet_type type, std::size_t attachments, std::string_view nsp, ack_id id);

/// `args` are JSON texts with commas between them, without brackets, or nothing; where `attachments` is not 0, they
/// have as many placeholders (attachments.hpp).
void append_event(std::string& out, std::string_view nsp, ack_id id, std::string_view name, std::string_view args,
                  std::size_t attachments = 0);
std::string encode_event(std::string_view nsp, ack_id id, std::string_view name, std::string_view args);

void append_ack(std::string& out, std::string_view nsp, std::uint64_t id, std::string_view args,
                std::size_t attachments = 0);
std::string encode_ack(std::string_view nsp, std::uint64_t id, std::string_view args);

/// The answer to CONNECT. `pid` only where connection state recovery is on; v4 knows neither of the
/// two.
std::string encode_connect(std::string_view nsp, std::string_view sid, std::optional<std::string_view> pid = {},
                           version protocol = version::v5);

/// The refusal of a CONNECT; `data` is a JSON text, or nothing. v4 has an ERROR packet, whose
/// payload is the data or else the message, alone.
std::string encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data = {},
                                 version protocol = version::v5);

std::string encode_disconnect(std::string_view nsp);

}  // namespace parley::socketio
