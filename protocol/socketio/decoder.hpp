// Puts a connection's Socket.IO packets together from its text and binary messages. Between the
// Engine.IO session and the session actor, on the connection's thread; pure. Invariant: while a
// packet waits for attachments nothing but binary is taken, and its placeholders are known good.
//
// Decides every rule that one packet and its attachments can break. Not decided here: which
// namespaces are connected (check_connected), whether a name may be one (valid_namespace), and
// whether an ack id is known.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "protocol/domain/result.hpp"
#include "protocol/json/json_document.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::socketio {

/// A complete packet, or nothing while attachments are outstanding.
using decoded = std::optional<packet>;

/// A packet with attachments, as far as it has come.
struct assembly;

/// What a packet that was read refers to, besides its text: as long as the packet is looked at, this must stay.
class packet_parts {
 public:
  packet_parts();
  ~packet_parts();
  packet_parts(const packet_parts&) = delete;
  packet_parts& operator=(const packet_parts&) = delete;

 private:
  friend class decoder;

  json_text::document values_;
  std::unique_ptr<assembly> assembled_;
};

class decoder {
 public:
  explicit decoder(version protocol, const json_text::limits& bounds = {});

  decoder(decoder&&) noexcept;
  decoder& operator=(decoder&&) noexcept;
  ~decoder();

  /// After a violation the connection is to be closed, and the decoder not to be fed again.
  result<decoded, violation> feed_text(std::string_view text, packet_parts& into);
  result<decoded, violation> feed_binary(std::string_view bytes, packet_parts& into);

  /// The packet that waits for attachments, without them; null where none does.
  const packet* awaited() const noexcept;

 private:
  result<decoded, violation> begin_assembly(std::string_view text, std::size_t attachments, packet_parts& into);

  std::unique_ptr<assembly> pending_;  // on the heap because most connections never send binary
  version protocol_;
  json_text::limits bounds_;
};

}  // namespace parley::socketio
