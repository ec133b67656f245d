// Old messages: pages of them, cut to what a client's outbox takes at once.
#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

constexpr std::size_t history_bytes = 512 * 1024;
constexpr std::size_t bytes_beside_content = 512;

}  // namespace

history_page shorten(history_page page, bool forward) {
  auto& all = page.messages;
  std::size_t bytes = 0;
  std::size_t fit = 0;
  for (; fit < all.size(); ++fit) {
    const auto& next = all[forward ? fit : all.size() - 1 - fit];
    bytes += bytes_beside_content + next.content.size();
    for (const auto& [emoji, count] : next.reactions) bytes += 2 * emoji.size();
    if (fit > 0 && bytes > history_bytes) break;
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
