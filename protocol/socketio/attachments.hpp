// Binary values as Socket.IO sends them: a placeholder in the packet's text, and the bytes in a message of their own
// right behind it. Between the JSON texts of events and acks and the frames made of them; pure, on every thread.
// Invariant: no packet has more attachments than the client libraries take (max_attachments), nor one that a client
// would put in the place of something that only looks like a placeholder.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::socketio {

/// JSON text with placeholders, and the binary values these stand for, in the order of their numbers.
struct deconstructed {
  std::string text;
  std::vector<std::string> attachments;
};

/// Takes the binary values out of a JSON text, or of several with commas between them. Values that cannot be attached
/// stay base64 strings: those beyond `max_attachments`, and all where the text has an object with
/// `"_placeholder":true` of its own. The client libraries would take that for an attachment, or close the connection.
deconstructed deconstruct(std::string_view text);

/// Tells how many values fit into one packet with all their binary values attached.
class attachment_room {
 public:
  /// Whether the packet takes this JSON text, too; if not, nothing has changed.
  bool take(std::string_view text);

 private:
  std::size_t attachments_ = 0;
  bool has_lookalike_ = false;
};

}  // namespace parley::socketio
