// What the server says in Socket.IO, as packet texts. Between sessions and rooms and the
// transports; pure, on every thread. Invariant: each packet is one text plus the attachments it
// announces, in the order of their numbers.
//
// The append_ forms write behind what a string holds: put Engine.IO's `4` there first, and a frame
// is built in one go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json/json_fwd.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::socketio {

using ack_id = std::optional<std::uint64_t>;

/// A value's JSON text with placeholders, and the binary values these stand for.
struct deconstructed {
  std::string text;
  std::vector<std::string> attachments;
};
deconstructed deconstruct(const json& value);

/// A packet as it is sent: the text, then each attachment as one binary message.
struct encoded {
  std::string text;
  std::vector<std::string> attachments;
};

/// `type` may be any; it becomes the binary one when there are attachments.
void append_header(std::string& out, packet_type type, std::size_t attachments, std::string_view nsp, ack_id id);

/// `args` are JSON texts with commas between them, without brackets, or nothing.
void append_event(std::string& out, std::string_view nsp, ack_id id, std::string_view name, std::string_view args);
std::string encode_event(std::string_view nsp, ack_id id, std::string_view name, std::string_view args);

void append_ack(std::string& out, std::string_view nsp, std::uint64_t id, std::string_view args);
std::string encode_ack(std::string_view nsp, std::uint64_t id, std::string_view args);

/// An event or ack whose `data` (an array, for events with the name first) may hold binary values.
encoded encode(packet_type type, std::string_view nsp, ack_id id, const json& data);

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
