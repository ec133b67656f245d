#include "tests/load/ledger.hpp"

#include <algorithm>
#include <utility>

namespace parley::load {
namespace {

/// How far back a message that is new to all is looked for, lest it be there twice.
constexpr std::size_t recent = 64;
/// And one that a newcomer hears first: others may be that far ahead.
constexpr std::size_t recent_for_newcomers = 4096;

/// Where it stands among the last so many, or the end.
std::uint64_t find_recent(const std::vector<message_id>& order, message_id id, std::size_t among) {
  const auto from = order.end() - static_cast<std::ptrdiff_t>(std::min(order.size(), among));
  return static_cast<std::uint64_t>(std::find(from, order.end(), id) - order.begin());
}

std::uint32_t sender_of(message_id id) { return static_cast<std::uint32_t>(id >> 32U); }

}  // namespace

std::uint32_t ledger::add_stream(bool echo) {
  streams_.push_back({echo, {}, {}, {}});
  return static_cast<std::uint32_t>(streams_.size() - 1);
}

void ledger::add_member(std::uint32_t stream, std::uint32_t user) {
  auto& all = streams_[stream].members;
  const auto place = std::lower_bound(all.begin(), all.end(), user, [](const member& a, auto b) { return a.user < b; });
  all.insert(place, {user, away, 0, {}, {}});
}

ledger::member* ledger::find(flow& in, std::uint32_t user) {
  const auto found =
      std::lower_bound(in.members.begin(), in.members.end(), user, [](const member& a, auto b) { return a.user < b; });
  return found != in.members.end() && found->user == user ? &*found : nullptr;
}

void ledger::joined(std::uint32_t stream, std::uint32_t user) {
  auto& in = streams_[stream];
  auto* who = find(in, user);
  if (who == nullptr) return;
  who->position = in.order.empty() ? 0 : fresh;
  who->began = 0;
  who->early.clear();
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
  const bool fits = who->position >= fresh ? book_first(in, *who, id) : book_placed(in, *who, id);
  if (fits) ++counts_.received;
  return fits;
}

bool ledger::book_placed(flow& in, member& by, message_id id) {
  if (!in.echo) skip_own(in, by);
  if (by.position < in.order.size() && in.order[by.position] != id) return book_astray(in, by, id);
  if (by.position == in.order.size()) {
    // A newcomer at the head may have had it before; others have not seen it yet.
    if (find_recent(in.order, id, recent) < in.order.size()) return book_astray(in, by, id);
    in.order.push_back(id);
  }
  ++by.position;
  return true;
}

/// After joining: where a message stands in the order is where this member begins. One that nobody knows yet may be
/// behind others that are on their way to those who were there before, on other nodes, and waits for them.
bool ledger::book_first(flow& in, member& by, message_id id) {
  if (std::find(by.early.begin(), by.early.end(), id) != by.early.end()) return ++counts_.doubled, false;
  by.early.push_back(id);
  for (std::size_t at = 0; at < by.early.size(); ++at)
    if (const auto known = find_recent(in.order, by.early[at], recent_for_newcomers); known < in.order.size()) {
      for (std::size_t before = 0; before < at; ++before) insert(in, known + before, by.early[before]);
      place(in, by, known);
      return true;
    }
  if (std::all_of(in.members.begin(), in.members.end(), [](const member& each) { return each.position >= fresh; }))
    place(in, by, in.order.size());
  return true;
}

/// It begins there, and has heard what it has heard.
void ledger::place(flow& in, member& which, std::uint64_t at) {
  which.position = which.began = at;
  for (const auto id : std::exchange(which.early, {})) book_placed(in, which, id);
}

/// What somebody heard before what stands there: those who were here and have passed it have missed this one.
void ledger::insert(flow& in, std::uint64_t at, message_id id) {
  in.order.insert(in.order.begin() + static_cast<std::ptrdiff_t>(at), id);
  for (auto& each : in.members) {
    if (each.position >= fresh || each.position <= at) continue;
    ++each.position;
    if (each.began < at && (in.echo || sender_of(id) != each.user)) each.missing.push_back(id);
    if (each.began >= at) ++each.began;
  }
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
    return true;
  }
  std::copy_if(due, later, std::back_inserter(by.missing),
               [&](message_id each) { return in.echo || sender_of(each) != by.user; });
  by.position = static_cast<std::uint64_t>(later - in.order.begin());
  if (by.position == in.order.size()) in.order.push_back(id);
  ++by.position;
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
  std::unordered_set<message_id> seen{in.order.begin(), in.order.end()};
  for (const auto& each : in.members) seen.insert(each.early.begin(), each.early.end());
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
