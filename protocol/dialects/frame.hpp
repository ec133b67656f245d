// The bytes of one event for one audience, ready for a socket: encoded once, shared by all recipients, on all shards.
// Immutable and reference-counted. Invariant: what is in one frame leaves a connection without anything in between,
// so that an event and its binary attachments stay adjacent.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "protocol/dialects/dialect.hpp"
#include "protocol/dialects/namespaces.hpp"

namespace parley::dialects {

/// How packets are put into bytes for a connection.
enum class framing : std::uint8_t {
  websocket,                 // Engine.IO 4 in WebSocket frames
  websocket_deflated,        // the same, compressed with permessage-deflate without context takeover
  polling,                   // Engine.IO 4 packets joined by the record separator
  websocket_v3,              // Engine.IO 3 (2.x clients)
  polling_v3,                // Engine.IO 3 packets with their lengths
  plain,                     // {event, data} in WebSocket frames, without Engine.IO
  plain_deflated,            // the same, compressed
  websocket_deflated_small,  // compressed for clients that asked for a smaller window than the usual 32 KiB
  plain_deflated_small,
};

constexpr bool is_plain(framing how) {
  return how == framing::plain || how == framing::plain_deflated || how == framing::plain_deflated_small;
}

/// What a WebSocket client agreed to (RFC 7692). A small window is that of 8 bits: what is compressed for it can be
/// read with every window that a client may ask for, so all of them share frames.
enum class compression : std::uint8_t { none, full_window, small_window };

/// Engine.IO 4, or plain frames, over a WebSocket with that compression.
constexpr framing websocket_framing(compression agreed, bool plain) {
  switch (agreed) {
    case compression::full_window:
      return plain ? framing::plain_deflated : framing::websocket_deflated;
    case compression::small_window:
      return plain ? framing::plain_deflated_small : framing::websocket_deflated_small;
    case compression::none:
      break;
  }
  return plain ? framing::plain : framing::websocket;
}

/// Everything that decides an event's bytes: all connections with the same audience share one frame.
struct audience {
  namespace_id nsp{};
  dialects::framing framing = dialects::framing::websocket;
  dialect_set hears;
  bool operator==(const audience&) const = default;
};

/// What the sender may do with a frame when a connection reads too slowly.
enum class urgency : std::uint8_t { required, droppable };

/// Whether a frame goes to so many connections of one thread that sending it may wait for others, to share the cost.
enum class spread : std::uint8_t { few, many };

class frame : public boost::intrusive_ref_counter<frame> {
 public:
  frame(std::string bytes, urgency how, spread to = spread::few)
      : bytes_{std::move(bytes)}, urgency_{how}, spread_{to} {}

  const std::string& bytes() const { return bytes_; }
  urgency how() const { return urgency_; }
  spread to() const { return spread_; }

 private:
  std::string bytes_;
  urgency urgency_;
  spread spread_;
};

using frame_ptr = boost::intrusive_ptr<const frame>;

/// An event in the bytes of one audience; null where none of its dialects has a word for it.
frame_ptr encode(const namespace_table& table, const audience& to, const domain_event& what, spread how = spread::few);

/// The CONNECT packet, and right behind it, in the same frame, the event that greets whom it lets in; null: none does.
frame_ptr encode_opening(const namespace_table& table, const audience& to, std::string_view connect_packet,
                         const domain_event* greeting);

/// An event that asks for the client's ack under `ack_id`; for a single recipient.
frame_ptr encode_with_ack(const namespace_table& table, const audience& to, const domain_event& what,
                          std::uint64_t ack_id);

/// An ack of the client's packet `ack_id`; `args` as in wire_event.
frame_ptr encode_ack(const namespace_table& table, const audience& to, std::uint64_t ack_id, const wire_event& values);

/// The answer to a plain frame that had an id: {"event":"ack","id":…,"data":…}. `id_json` is the id as it was sent.
frame_ptr encode_plain_ack(framing how, std::string_view id_json, const wire_event& values);

/// One message of the client's own making, as an echo sends it back; over `plain` without Engine.IO's type.
frame_ptr encode_message(framing how, std::string_view data, bool binary);

/// One Engine.IO text packet (type digit and data) in the framing's bytes; for `plain`, any text in a frame.
frame_ptr encode_packet(framing how, std::string_view packet);

}  // namespace parley::dialects
