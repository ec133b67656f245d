#include "tests/load/ledger.hpp"

#include <algorithm>

namespace parley::load {
namespace {

/// How far back a message that is new to all is looked for, lest it be there twice.
constexpr std::size_t recent = 64;

std::uint32_t sender_of(message_id id) { return static_cast<std::uint32_t>(id >> 32U); }

}  // namespace

std::uint32_t ledger::add_stream(bool echo) {
  streams_.push_back({echo, {}, {}, {}});
  return static_cast<std::uint32_t>(streams_.size() - 1);
}

void ledger::add_member(std::uint32_t stream, std::uint32_t user) {
  auto& all = streams_[stream].members;
  const auto place = std::lower_bound(all.begin(), all.end(), user, [](const member& a, auto b) { return a.user < b; });
  all.insert(place, {user, away, {}});
}

ledger::member* ledger::find(flow& in, std::uint32_t user) {
  const auto found =
      std::lower_bound(in.members.begin(), in.members.end(), user, [](const member& a, auto b) { return a.user < b; });
  return found != in.members.end() && found->user == user ? &*found : nullptr;
}

void ledger::joined(std::uint32_t stream, std::uint32_t user) {
  auto& in = streams_[stream];
  if (auto* who = find(in, user)) who->position = in.order.empty() ? 0 : fresh;
}

void ledger::left(std::uint32_t stream, std::uint32_t user) {
  auto& in = streams_[stream];
  if (auto* who = find(in, user)) who->position = away;
  // What was promised to nobody need not arrive at those who come later.
  if (std::all_of(in.members.begin(), in.members.end(), [](const member& each) { return each.position == away; }))
    in.promised.clear();
}

bool ledger::book(std::uint32_t stream, std::uint32_t user, message_id id) {
  auto* who = stream < streams_.size() ? find(streams_[stream], user) : nullptr;
  if (who == nullptr) return ++counts_.stray, false;
  auto& in = streams_[stream];
  if (who->position >= fresh) return book_first(in, *who, id);
  if (!in.echo) skip_own(in, *who);
  if (who->position < in.order.size() && in.order[who->position] != id) return book_astray(in, *who, id);
  if (who->position == in.order.size()) {
    // A newcomer at the head may have had it before; others have not seen it yet.
    const auto seen = in.order.size() - std::min(in.order.size(), recent);
    if (std::find(in.order.begin() + static_cast<std::ptrdiff_t>(seen), in.order.end(), id) != in.order.end())
      return book_astray(in, *who, id);
    in.order.push_back(id);
  }
  ++who->position;
  ++counts_.received;
  return true;
}

/// The first message after joining: where it stands in the order is where this member begins.
bool ledger::book_first(flow& in, member& by, message_id id) {
  const auto found = std::find(in.order.rbegin(), in.order.rend(), id);
  if (found == in.order.rend()) {
    in.order.push_back(id);
    by.position = in.order.size();
  } else {
    by.position = static_cast<std::uint64_t>(in.order.rend() - found);
  }
  ++counts_.received;
  return true;
}

/// Not the one that was due: a later one (those between are missing for now), an earlier one, or one nobody saw yet.
bool ledger::book_astray(flow& in, member& by, message_id id) {
  const auto due = in.order.begin() + static_cast<std::ptrdiff_t>(by.position);
  const auto later = std::find(due, in.order.end(), id);
  const bool known = std::find(in.order.begin(), due, id) != due;
  if (known) {
    const auto missed = std::find(by.missing.begin(), by.missing.end(), id);
    if (missed == by.missing.end()) return ++counts_.doubled, false;
    by.missing.erase(missed);
    ++counts_.reordered;
    ++counts_.received;
    return true;
  }
  std::copy_if(due, later, std::back_inserter(by.missing),
               [&](message_id each) { return in.echo || sender_of(each) != by.user; });
  by.position = static_cast<std::uint64_t>(later - in.order.begin());
  if (by.position == in.order.size()) in.order.push_back(id);
  ++by.position;
  ++counts_.received;
  return true;
}

void ledger::skip_own(const flow& in, member& of) const {
  while (of.position < in.order.size() && sender_of(in.order[of.position]) == of.user) ++of.position;
}

std::uint64_t ledger::lost_in(const flow& in) const {
  std::uint64_t lost = 0;
  std::uint64_t present = 0;
  for (const auto& each : in.members) {
    lost += each.missing.size();
    if (each.position >= fresh) continue;
    ++present;
    for (auto at = each.position; at < in.order.size(); ++at)
      if (in.echo || sender_of(in.order[at]) != each.user) ++lost;
  }
  const std::unordered_set<message_id> seen{in.order.begin(), in.order.end()};
  const auto audience = present > 0 ? present - (in.echo ? 0 : std::min<std::uint64_t>(present - 1, 1)) : 0;
  for (const auto id : in.promised)
    if (!seen.contains(id) && !excused_.contains(sender_of(id))) lost += audience;
  return lost;
}

std::uint64_t ledger::lost() const {
  std::uint64_t lost = 0;
  for (const auto& each : streams_) lost += lost_in(each);
  return lost;
}

}  // namespace parley::load
