// The network actor when the members of the cluster change, or an actor that others need was restarted: it tells the
// new owners of rooms, conversations and users which of its sessions are there. It knows them best: what an owner knew
// may have died with it.
#include <algorithm>
#include <utility>

#include "actors/cluster/cluster_messages.hpp"
#include "net/network_actor.hpp"
#include "net/peer.hpp"

namespace parley::net {
namespace {

/// What was said before the members changed has its outcomes within so long, or never.
constexpr std::chrono::milliseconds longest_wait{1000};

}  // namespace

void network_actor::on(const core_changed& said) {
  const auto before = std::exchange(core_, said.now);
  shard_.set_gathering_nodes(core_->peers.size() + 1);
  if (before == nullptr || before->directory != core_->directory)
    self_->send(core_->directory, shard_watches{shard_.index(), !watchers_.empty()});
  if (before == nullptr) return;
  resume_at_new_owners(*before);
  const auto view = core_->nodes.view();
  const bool moved = before->nodes.view() != view;
  for (auto& slot : slots_) {
    if (slot.owner == nullptr) continue;
    if (moved && !slot.asked.empty() && !slot.held) slot.held = std::make_unique<std::vector<session_command>>();
    if (!slot.held) self_->send(slot.session, owners_changed{core_});
  }
  if (!moved) return;
  if (forwards_ != nullptr) forwards_->on_members_changed(*core_);
  self_->send(core_->steward, sessions_told{view});
  self_->delayed_send(self_, longest_wait, end_of_wait{view});
}

// Between two changes a third may have been: then somebody else owned this for a while, and its owner of before, which
// is its owner again, knows nothing of it.
void network_actor::resume_at_new_owners(const core& before) {
  const bool missed_one = core_->nodes.view() > before.nodes.view() + 1;
  const auto replaced = [&](const std::string& key) {
    return missed_one || before.registry_for(key) != core_->registry_for(key);
  };
  for (auto& [topic, audience] : listeners_) {
    if (!replaced(key_of(audience.what))) continue;
    for (const auto index : audience.slots) {
      const auto& slot = slots_[index];
      resume(slot, audience, place_in(slot, topic)->label);
    }
  }
  for (const auto& slot : slots_)
    if (slot.open && replaced(slot.user.who->id.str())) resume_presence(slot);
}

void network_actor::resume_presence(const socket_slot& slot) {
  const auto& user = slot.user.who->id;
  const bool hears_private = slot.hears.intersects(dialects::private_messages);
  self_->send(core_->registry_for(user.str()),
              registry_user{user, attach_session{slot.key, slot.user, hears_private, true}});
}

void network_actor::resume(const socket_slot& slot, const audience_of& at, const std::string& label) {
  if (const auto* room = std::get_if<room_name>(&at.what)) {
    self_->send(core_->registry_for(room->str()),
                registry_join{join_room{*room, slot.key, slot.user, {}, label, true}});
    return;
  }
  const auto& id = std::get<conversation_id>(at.what);
  self_->send(core_->registry_for(id.str()),
              registry_conversation{id, enter_conversation{slot.key, slot.user, {}, true, at.last}});
}

void network_actor::leave(session_key gone, const topic_source& what) {
  const auto& registry = core_->registry_for(key_of(what));
  if (const auto* room = std::get_if<room_name>(&what)) {
    self_->send(registry, registry_room{*room, leave_room{gone, std::nullopt}});
    return;
  }
  const auto& id = std::get<conversation_id>(what);
  self_->send(registry, registry_conversation{id, exit_conversation{gone, std::nullopt}});
}

// What the client said before has been done, but for what is lost: what it says from now on cannot overtake it on
// another way.
void network_actor::hand_over_core(socket_slot& slot, std::vector<origin> lost) {
  const auto held = std::exchange(slot.held, nullptr);
  self_->send(slot.session, owners_changed{core_, std::move(lost)});
  for (auto& each : *held) self_->send(slot.session, std::move(each));
}

// Whoever was to answer is gone: the session knows what can be asked again.
void network_actor::on(const end_of_wait& said) {
  if (said.view != core_->nodes.view()) return;
  for (auto& slot : slots_) {
    if (slot.owner == nullptr || !slot.held) continue;
    std::vector<origin> lost;
    for (const auto& each : slot.asked)
      if (lost.size() + slot.held->size() < slot.asked.size()) lost.push_back(each.how);
    hand_over_core(slot, std::move(lost));
  }
}

}  // namespace parley::net
