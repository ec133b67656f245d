// Old messages: pages of them, and those that somebody missed. Both are cut to what a client's outbox takes at once.
#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

constexpr std::size_t bytes_beside_content = 512;

/// One receipt for all that is replayed: with the last message of somebody else's.
void report_last(const conversation_order& said, std::vector<delivery>& told) {
  const auto last = std::find_if(told.rbegin(), told.rend(), [&said](const delivery& each) {
    return std::get<event::message_received>(each.what->body).what.sender.id != said.user.who->id;
  });
  if (last != told.rend()) last->reports = true;
}

}  // namespace

history_page shorten(history_page page, bool forward, std::size_t most_bytes) {
  auto& all = page.messages;
  std::size_t bytes = 0;
  std::size_t fit = 0;
  for (; fit < all.size(); ++fit) {
    const auto& next = all[forward ? fit : all.size() - 1 - fit];
    bytes += bytes_beside_content + next.content.size();
    for (const auto& [emoji, count] : next.reactions) bytes += 2 * emoji.size();
    if (fit > 0 && bytes > most_bytes) break;
  }
  page.more = page.more || fit < all.size();
  const auto surplus = static_cast<std::ptrdiff_t>(all.size() - fit);
  if (forward)
    all.erase(all.end() - surplus, all.end());
  else
    all.erase(all.begin(), all.begin() + surplus);
  return page;
}

void replay(conversation_pointer self, const conversation_order& said, sequence after, const told_page& found) {
  event::history_replayed done{self->state.id, 0, std::min(after, self->state.last), found.page.more};
  std::size_t bytes = 0;
  std::vector<delivery> told;
  for (const auto& each : found.page.messages) {
    bytes += each.content.size();
    if (done.count > 0 && bytes > self->state.settings->replay_bytes) {
      done.more = true;
      break;
    }
    told.push_back({now(self, event::message_received{each, profile_of(found.senders, each.sender.id)}),
                    to_sessions{{said.from.key}}});
    ++done.count;
    done.last = each.seq;
  }
  if (self->state.settings->auto_delivered) report_last(said, told);
  const auto& network = self->state.core->network_of(said.from.key);
  for (auto& each : told) self->send(network, deliver{std::make_shared<const delivery>(std::move(each))});
  answer(self, said.from, now(self, std::move(done)));
}

}  // namespace parley::conversing
