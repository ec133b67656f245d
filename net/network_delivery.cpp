// The network actor's deliveries: whom an event is for on this shard, and one frame for each audience.
#include <algorithm>
#include <utility>

#include "net/network_actor.hpp"
#include "net/peer.hpp"

namespace parley::net {
namespace {

/// From so many recipients on a shard, sending may wait a little for further messages (io_shard's gathering).
constexpr std::size_t many_recipients = 64;

/// A large audience's sessions are in no cache: they are fetched so many recipients before it is their turn.
constexpr std::size_t fetched_ahead = 8;

/// Whose coming or going an event is about; null where it is about neither.
const user_id* about(const domain_event& what) {
  if (const auto* came = std::get_if<event::user_came_online>(&what.body)) return &came->user.who->id;
  if (const auto* went = std::get_if<event::user_went_offline>(&what.body)) return &went->user.who->id;
  if (const auto* said = std::get_if<event::self_announced>(&what.body)) return &said->self.who->id;
  return nullptr;
}

bool listens_to(const socket_slot& slot, topic_id topic) {
  return std::any_of(slot.topics.begin(), slot.topics.end(), [topic](const auto& each) { return each.topic == topic; });
}

template <class Values, class Value>
bool contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

/// The frames of one delivery on this shard: encoded when the first session of an audience needs one.
struct network_actor::audience_frames {
  const dialects::namespace_table& table;
  const domain_event& what;
  dialects::spread how;
  const user_id* about;
  std::vector<std::pair<dialects::audience, dialects::frame_ptr>> made{};
  std::vector<user_id> reached{};
  std::optional<conversation_change> change = change_in(what);
  /// Some recipients may have it already: that is looked at for each.
  bool checks = change.has_value();

  const dialects::frame_ptr& get(const dialects::audience& to) {
    for (const auto& [audience, frame] : made)
      if (audience == to) return frame;
    return made.emplace_back(to, dialects::encode(table, to, what, how)).second;
  }
};

void network_actor::on(const deliver& said) {
  const auto& what = *said.it;
  audience_frames frames{*namespaces_, *what.what, spread_of(what.to), about(*what.what)};
  ++deliveries_;
  if (const auto* topics = std::get_if<to_topics>(&what.to)) {
    deliver_to_topics(topics->topics, what, frames);
  } else if (const auto* some = std::get_if<to_sessions>(&what.to)) {
    for (const auto key : some->keys)
      if (auto* slot = find(key)) deliver_to(*slot, what, frames);
  } else if (const auto* known = std::get_if<to_acquaintances>(&what.to)) {
    deliver_to_watchers(known->user, what, frames);
    deliver_to_topics(known->topics, what, frames);
  } else {
    const auto* role = std::get_if<to_role>(&what.to);
    for (auto& slot : slots_)
      if (role == nullptr || (slot.user.who && slot.user.who->has_role(role->role))) deliver_to(slot, what, frames);
  }
  report(what, frames);
}

void network_actor::on(const notify_role& said) {
  const delivery made{said.what, to_role{said.role}};
  audience_frames frames{*namespaces_, *made.what, spread_of(made.to), nullptr};
  std::unordered_set<user_id> reached;
  std::size_t sessions = 0;
  for (auto& slot : slots_) {
    if (!slot.open || slot.owner == nullptr) continue;
    if (!said.role.empty() && !slot.user.who->has_role(said.role)) continue;
    if (!deliver_to(slot, made, frames)) continue;
    ++sessions;
    reached.insert(slot.user.who->id);
  }
  (*said.then)({{reached.begin(), reached.end()}, sessions});
}

dialects::spread network_actor::spread_of(const addressees& to) const {
  std::size_t count = 0;
  if (const auto* topics = std::get_if<to_topics>(&to)) {
    for (const auto topic : topics->topics)
      if (const auto found = listeners_.find(topic); found != listeners_.end()) count += found->second.slots.size();
  } else if (const auto* some = std::get_if<to_sessions>(&to)) {
    count = some->keys.size();
  } else {
    count = session_count();
  }
  return count < many_recipients ? dialects::spread::few : dialects::spread::many;
}

void network_actor::deliver_to_topics(const std::vector<topic_id>& topics, const delivery& what,
                                      audience_frames& frames) {
  const bool several = topics.size() > 1 || std::holds_alternative<to_acquaintances>(what.to);
  for (const auto topic : topics) {
    const auto found = listeners_.find(topic);
    if (found == listeners_.end()) continue;
    if (frames.change) {
      if (was_heard(found->second, *frames.change)) continue;
      frames.checks = frames.change->seq != 0 && frames.change->seq <= found->second.replayed;
    }
    // The list stays as it is meanwhile: sending closes nothing, a slow consumer is closed after this turn.
    const auto& members = found->second.slots;
    for (std::size_t at = 0; at < members.size(); ++at) {
      if (at + fetched_ahead < members.size()) __builtin_prefetch(&slots_[members[at + fetched_ahead]]);
      auto& slot = slots_[members[at]];
      if (several && std::exchange(slot.last_delivery, deliveries_) == deliveries_) continue;
      deliver_to(slot, what, frames);
    }
  }
}

// A message that comes again from its conversation's new owner has been passed on by the old one, or has not.
bool network_actor::was_heard(audience_of& here, const conversation_change& what) {
  if (what.seq != 0 && what.seq <= here.last) return true;
  if (what.rev > here.rev + 1) here.whole_since = what.rev - 1;
  here.rev = std::max(here.rev, what.rev);
  if (what.seq != 0) here.last = what.seq;
  return false;
}

void network_actor::deliver_to_watchers(const user_id& of, const delivery& what, audience_frames& frames) {
  const auto found = watchers_.find(of);
  if (found == watchers_.end()) return;
  for (const auto index : found->second) {
    auto& slot = slots_[index];
    slot.last_delivery = deliveries_;
    deliver_to(slot, what, frames);
  }
}

bool network_actor::deliver_to(socket_slot& slot, const delivery& what, audience_frames& frames) {
  if (!slot.open || slot.owner == nullptr) return false;
  if (!what.except.empty() && contains(what.except, slot.key)) return false;
  if (!what.except_users.empty() && slot.user.who && contains(what.except_users, slot.user.who->id)) return false;
  if (what.unless != 0 && listens_to(slot, what.unless)) return false;
  if (!what.only.empty() && !slot.hears.intersects(what.only)) return false;
  if (frames.about != nullptr && slot.watches && !slot.watches->contains(*frames.about)) return false;
  const auto& frame = frames.get(peer::audience_of(slot));
  if (frame == nullptr) return false;
  if (frames.checks && !is_news(slot, *frames.change, what.replayed)) return false;
  slot.over->send(frame);
  if (what.reports && !contains(frames.reached, slot.user.who->id)) frames.reached.push_back(slot.user.who->id);
  return true;
}

// The sender has had the message all along.
void network_actor::report(const delivery& what, audience_frames& frames) {
  const auto* received = std::get_if<event::message_received>(&what.what->body);
  if (!what.reports || received == nullptr) return;
  std::erase(frames.reached, received->what.sender.id);
  const auto& in = received->what.conversation;
  if (!frames.reached.empty())
    self_->send(core_->registry_for(in.str()),
                registry_conversation{in, messages_written{received->what.seq, std::move(frames.reached)}});
}

// -- who is watched --------------------------------------------------------------------------------------------------

void network_actor::on(const scope_presence& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  stop_watching(*slot);
  if (!said.users.empty()) {
    slot->watches = std::make_unique<std::unordered_set<user_id>>(said.users.begin(), said.users.end());
    for (const auto& user : *slot->watches) watchers_[user].push_back(said.key.slot());
  }
  tell_whether_any_watch();
}

void network_actor::stop_watching(socket_slot& slot) {
  if (!slot.watches) return;
  for (const auto& user : *slot.watches) {
    const auto found = watchers_.find(user);
    if (found == watchers_.end()) continue;
    std::erase(found->second, slot.key.slot());
    if (found->second.empty()) watchers_.erase(found);
  }
  slot.watches = nullptr;
}

// Before whoever asked to watch is told that they do: what they do next comes behind this.
void network_actor::tell_whether_any_watch() {
  if (std::exchange(told_of_watchers_, !watchers_.empty()) == !watchers_.empty()) return;
  self_->send(core_->directory, shard_watches{shard_.index(), !watchers_.empty()});
}

}  // namespace parley::net
