#include "protocol/socketio/attachments.hpp"

#include <utility>

#include "protocol/json/base64.hpp"
#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_writer.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::socketio {
namespace {

void append_placeholder(std::string& out, std::size_t number) {
  out.append(R"({"_placeholder":true,"num":)");
  json_text::append_number(out, std::uint64_t{number});
  out.push_back('}');
}

/// Whether the text has a member `"_placeholder":true`. Within a string the quotes have backslashes before them, so a
/// name begins right behind a brace or a comma.
bool has_lookalike(std::string_view text) {
  constexpr std::string_view member = R"("_placeholder":true)";
  for (auto at = text.find(member); at != std::string_view::npos; at = text.find(member, at + 1))
    if (at > 0 && (text[at - 1] == '{' || text[at - 1] == ',')) return true;
  return false;
}

}  // namespace

deconstructed deconstruct(std::string_view text) {
  if (has_lookalike(text)) return {json_text::without_marks(text), {}};
  deconstructed out;
  json_text::binary_scan scan{text};
  while (scan.next()) {
    out.text.append(scan.before());
    auto bytes = out.attachments.size() < max_attachments ? base64::decode(scan.base64()) : std::nullopt;
    if (bytes) {
      append_placeholder(out.text, out.attachments.size());
      out.attachments.push_back(*std::move(bytes));
    } else {
      out.text.append(1, '"').append(scan.base64()).append(1, '"');
    }
  }
  out.text.append(scan.rest());
  return out;
}

bool attachment_room::take(std::string_view text) {
  const auto attachments = attachments_ + json_text::count_binary(text);
  const bool lookalike = has_lookalike_ || has_lookalike(text);
  const bool fits = attachments == 0 || (attachments <= max_attachments && !lookalike);
  if (!fits) return false;
  attachments_ = attachments;
  has_lookalike_ = lookalike;
  return true;
}

}  // namespace parley::socketio
