// The network actor's memory of what its sessions have of conversations: all that is told of one to a session passes
// here, by whatever way it came, so that what was missed is told once and what comes live is not told again.
#include <algorithm>
#include <utility>

#include "net/network_actor.hpp"

namespace parley::net {
namespace {

/// Only those who speak messenger can ask for what they missed.
bool may_ask(const socket_slot& slot) { return slot.speaks.contains(dialects::dialect_id::messenger); }

heard_log& log_of(socket_slot& slot) {
  if (!slot.heard) slot.heard = std::make_unique<heard_log>();
  return *slot.heard;
}

bool is_in(const number_range& range, std::uint64_t number) { return range.first <= number && number <= range.last; }

}  // namespace

std::optional<conversation_change> change_in(const domain_event& what) {
  if (const auto* received = std::get_if<event::message_received>(&what.body))
    return conversation_change{&received->what.conversation, received->what.seq, received->what.rev};
  if (const auto* edited = std::get_if<event::message_edited>(&what.body))
    return conversation_change{&edited->what.conversation, 0, edited->what.rev};
  if (const auto* deleted = std::get_if<event::message_deleted>(&what.body))
    return conversation_change{&deleted->in, 0, deleted->rev};
  if (const auto* reacted = std::get_if<event::message_reacted>(&what.body))
    return conversation_change{&reacted->in, 0, reacted->rev};
  return std::nullopt;
}

const heard_topic* network_actor::place_in(const socket_slot& slot, topic_id topic) {
  const auto found = std::find_if(slot.topics.begin(), slot.topics.end(),
                                  [topic](const heard_topic& each) { return each.topic == topic; });
  return found == slot.topics.end() ? nullptr : &*found;
}

number_range network_actor::heard_messages(const heard_topic& place, const audience_of& at) {
  return {place.since + 1, at.last};
}

number_range network_actor::heard_changes(const heard_topic& place, const audience_of& at) {
  return {std::max(place.since_rev, at.whole_since) + 1, at.rev};
}

std::vector<number_range> network_actor::heard_by(const socket_slot& slot, const conversation_id& in) const {
  const auto* entry = slot.heard ? slot.heard->find(in) : nullptr;
  auto known = entry != nullptr ? entry->messages : number_ranges{};
  const auto topic = topic_of(in);
  if (const auto* place = place_in(slot, topic)) known.add(heard_messages(*place, listeners_.at(topic)));
  return known.all();
}

/// What it has by listening to the conversation's topic.
bool network_actor::came_live(const socket_slot& slot, const conversation_change& what) const {
  const auto topic = topic_of(*what.in);
  const auto* place = place_in(slot, topic);
  if (place == nullptr) return false;
  const auto& at = listeners_.at(topic);
  return what.seq != 0 ? is_in(heard_messages(*place, at), what.seq) : is_in(heard_changes(*place, at), what.rev);
}

/// False where the session has it; else it has from now on.
bool network_actor::is_news(socket_slot& slot, const conversation_change& what, bool replayed) {
  if (!may_ask(slot)) return true;
  if (replayed && came_live(slot, what)) return false;
  auto& entry = log_of(slot).of(*what.in);
  // A message that was changed has the revision of that: to have it is to know of the change.
  const bool change_is_new = what.rev == 0 || entry.changes.insert(what.rev);
  if (!(what.seq != 0 ? entry.messages.insert(what.seq) : change_is_new)) return false;
  if (!replayed) return true;
  ++entry.replayed;
  // It may come by the topic yet, where the conversation has moved: told again by its new owner.
  const auto found = listeners_.find(topic_of(*what.in));
  if (found != listeners_.end()) found->second.replayed = std::max(found->second.replayed, what.seq);
  return true;
}

/// It is no listener any more; what it heard as one it has still.
void network_actor::keep_heard(socket_slot& slot, const heard_topic& place, const audience_of& at) {
  const auto* in = std::get_if<conversation_id>(&at.what);
  const auto messages = heard_messages(place, at);
  const auto changes = heard_changes(place, at);
  if (in == nullptr || !may_ask(slot) || (messages.last < messages.first && changes.last < changes.first)) return;
  auto& entry = log_of(slot).of(*in);
  entry.messages.add(messages);
  entry.changes.add(changes);
}

/// The outcome of a replay tells what was written of it, which is known here alone.
event_ptr network_actor::finish_replay(socket_slot& slot, const event_ptr& what) {
  const auto* done = std::get_if<event::history_replayed>(&what->body);
  // A node of a version before revisions counts for itself.
  if (done == nullptr || done->rev == 0 || !may_ask(slot)) return what;
  auto& entry = log_of(slot).of(done->in);
  auto counted = *done;
  counted.count = std::exchange(entry.replayed, 0);
  if (done->after_rev && *done->after_rev < done->rev) entry.changes.add({*done->after_rev + 1, done->rev});
  return make_event(what->at, std::move(counted));
}

}  // namespace parley::net
