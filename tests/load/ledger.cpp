#include "tests/load/ledger.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley::load {
namespace {

std::uint32_t sender_of(message_id id) { return static_cast<std::uint32_t>(id >> 32U); }
std::uint32_t sequence_of(message_id id) { return static_cast<std::uint32_t>(id); }

}  // namespace

std::uint32_t ledger::add_stream(bool echo) {
  streams_.push_back({.echo = echo});
  return static_cast<std::uint32_t>(streams_.size() - 1);
}

void ledger::add_member(std::uint32_t stream, std::uint32_t user) {
  auto& all = streams_[stream].members;
  const auto place = std::lower_bound(all.begin(), all.end(), user, [](const member& a, auto b) { return a.user < b; });
  all.insert(place, {.user = user});
}

ledger::member* ledger::find(flow& in, std::uint32_t user) {
  const auto found =
      std::lower_bound(in.members.begin(), in.members.end(), user, [](const member& a, auto b) { return a.user < b; });
  return found != in.members.end() && found->user == user ? &*found : nullptr;
}

bool ledger::is_member(std::uint32_t stream, std::uint32_t user) const {
  if (stream >= streams_.size()) return false;
  const auto& all = streams_[stream].members;
  return std::binary_search(all.begin(), all.end(), member{.user = user},
                            [](const member& a, const member& b) { return a.user < b.user; });
}

void ledger::joined(std::uint32_t stream, std::uint32_t user, bool confirmed) {
  auto& in = streams_[stream];
  auto* who = find(in, user);
  if (who == nullptr) return;
  who->position = in.used || !in.order.empty() ? fresh : 0;
  who->began = 0;
  who->early.clear();
  who->since = confirmed ? ++in.clock : never;
}

ledger::stamp ledger::sending(std::uint32_t stream) {
  streams_[stream].used = true;
  return streams_[stream].clock;
}

void ledger::excuse(std::uint32_t stream, std::uint32_t sender) {
  auto& in = streams_[stream];
  const auto heard = in.latest.find(sender);
  std::erase_if(in.hoped, [&](const sent_message& each) {
    return sender_of(each.id) == sender && (heard == in.latest.end() || sequence_of(each.id) > heard->second);
  });
}

void ledger::left(std::uint32_t stream, std::uint32_t user) {
  auto& in = streams_[stream];
  if (auto* who = find(in, user)) who->position = away;
  // What was promised to nobody need not arrive at those who come later.
  if (std::all_of(in.members.begin(), in.members.end(), [](const member& each) { return each.position == away; }))
    in.promised.clear(), in.hoped.clear();
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
    if (in.known.contains(id)) return book_astray(in, by, id);
    append(in, id);
  }
  ++by.position;
  return true;
}

/// Heard for the first time, and behind all others. What a sender says on one connection comes in its order.
void ledger::append(flow& in, message_id id) {
  in.order.push_back(id);
  in.known.insert(id);
  auto& latest = in.latest.try_emplace(sender_of(id), sequence_of(id)).first->second;
  const bool overtaken = sequence_of(id) < latest && sequence_of(id) >> connection_shift == latest >> connection_shift;
  if (overtaken) ++counts_.reordered;
  latest = std::max(latest, sequence_of(id));
}

/// After joining: where a message stands in the order is where this member begins. One that nobody knows yet may be
/// behind others that are on their way to those who were there before, on other nodes, and waits for them.
bool ledger::book_first(flow& in, member& by, message_id id) {
  if (std::find(by.early.begin(), by.early.end(), id) != by.early.end()) return ++counts_.doubled, false;
  by.early.push_back(id);
  for (std::size_t at = 0; at < by.early.size(); ++at)
    if (in.known.contains(by.early[at])) {
      const auto from_behind = std::find(in.order.rbegin(), in.order.rend(), by.early[at]);
      const auto known = static_cast<std::uint64_t>(in.order.rend() - from_behind) - 1;
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
  if (which.since == never) which.since = ++in.clock;
  for (const auto id : std::exchange(which.early, {})) book_placed(in, which, id);
}

/// What somebody heard before what stands there: those who were here and have passed it have missed this one.
void ledger::insert(flow& in, std::uint64_t at, message_id id) {
  in.order.insert(in.order.begin() + static_cast<std::ptrdiff_t>(at), id);
  in.known.insert(id);
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
  if (by.position == in.order.size()) append(in, id);
  ++by.position;
  return true;
}

void ledger::skip_own(const flow& in, member& of) const {
  while (of.position < in.order.size() && sender_of(in.order[of.position]) == of.user) ++of.position;
}

bool ledger::is_for(const flow& in, const member& who, message_id id) { return in.echo || sender_of(id) != who.user; }

/// Of those messages whose place this member has reached, or has still to reach.
std::uint64_t ledger::lost_to(const flow& in, const member& who) {
  std::uint64_t lost = who.missing.size();
  if (who.position >= fresh) return lost;
  for (auto at = who.position; at < in.order.size(); ++at)
    if (is_for(in, who, in.order[at])) ++lost;
  return lost;
}

/// Of those that were sent while this member listened, and are in no order, or before the place where it began.
std::uint64_t ledger::unheard_by(const flow& in, const member& who, const std::vector<sent_message>& all,
                                 const std::unordered_map<message_id, std::uint64_t>& places) {
  std::uint64_t lost = 0;
  for (const auto& each : all) {
    if (each.sent < who.since || !is_for(in, who, each.id)) continue;
    if (const auto known = places.find(each.id); known != places.end() && who.position < fresh)
      lost += known->second < who.began ? 1 : 0;
    else if (std::find(who.early.begin(), who.early.end(), each.id) == who.early.end())
      ++lost;
  }
  return lost;
}

std::uint64_t ledger::lost_in(const flow& in) const {
  std::uint64_t lost = 0;
  for (const auto& each : in.members) lost += lost_to(in, each);
  std::unordered_map<message_id, std::uint64_t> places;
  for (std::uint64_t at = 0; at < in.order.size(); ++at) places.emplace(in.order[at], at);
  std::vector<sent_message> unknown;
  for (const auto* all : {&in.promised, &in.hoped})
    std::copy_if(all->begin(), all->end(), std::back_inserter(unknown),
                 [&](const sent_message& each) { return !places.contains(each.id); });
  for (const auto& each : in.members) {
    if (each.position == away || each.since == never) continue;
    const bool from_the_beginning = each.position < fresh && each.began == 0;
    if (from_the_beginning) {
      lost += unheard_by(in, each, unknown, places);
      continue;
    }
    for (const auto* all : {&in.promised, &in.hoped}) lost += unheard_by(in, each, *all, places);
  }
  return lost;
}

std::uint64_t ledger::lost() const {
  std::uint64_t lost = 0;
  for (const auto& each : streams_) lost += lost_in(each);
  return lost;
}

}  // namespace parley::load
