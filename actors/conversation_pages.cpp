// Old messages: pages of them, cut to what a client's outbox takes at once; a page, which is one ack, also to the
// attachments that a packet may have.
#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"
#include "protocol/json/json_binary.hpp"
#include "protocol/socketio/attachments.hpp"

namespace parley::conversing {
namespace {

constexpr std::size_t bytes_beside_content = 512;
bool has_binary(const message& what) { return json_text::has_binary(what.content); }

}  // namespace

history_page shorten(history_page page, bool forward, std::size_t most_bytes) {
  auto& all = page.messages;
  const bool binary = std::any_of(all.begin(), all.end(), has_binary);
  socketio::attachment_room attachments;
  std::size_t bytes = 0;
  std::size_t fit = 0;
  for (; fit < all.size(); ++fit) {
    const auto& next = all[forward ? fit : all.size() - 1 - fit];
    bytes += bytes_beside_content + next.content.size();
    for (const auto& [emoji, count] : next.reactions) bytes += 2 * emoji.size();
    const bool attachable = !binary || attachments.take(next.content);
    if (fit > 0 && (bytes > most_bytes || !attachable)) break;
  }
  page.more = page.more || fit < all.size();
  const auto surplus = static_cast<std::ptrdiff_t>(all.size() - fit);
  if (forward)
    all.erase(all.end() - surplus, all.end());
  else
    all.erase(all.begin(), all.begin() + surplus);
  return page;
}

}  // namespace parley::conversing
