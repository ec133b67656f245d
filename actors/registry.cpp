#include "actors/registry.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/conversation.hpp"
#include "actors/registry_parts.hpp"
#include "actors/room.hpp"
#include "actors/topics.hpp"

namespace parley {

using registering::answer;

namespace {

template <class Message>
void tell_networks(registry_pointer self, const Message& said) {
  send_everywhere(self, *self->state.core, said);
}

// -- rooms -----------------------------------------------------------------------------------------------------------

void take(registry_pointer self, registry_join& said) {
  auto& state = self->state;
  auto& room = state.rooms[said.what.name];
  if (!room.actor) {
    room.actor = self->spawn(room_actor, said.what.name, state.settings, state.core, registry_hdl{self});
    self->monitor(room.actor);
  }
  ++room.passed;
  self->send(room.actor, std::move(said.what));
}

/// What a message to a room comes to when nobody is in it. One overload per message.
class empty_room {
 public:
  empty_room(registry_pointer self, const room_name& room) : self_{self}, room_{room} {}

  void operator()(const leave_room& said) const {
    if (said.from) answer(self_, *said.from, event::room_left{room_, {}}, true);
  }
  void operator()(const post_to_room& said) const {
    answer(self_, said.from, event::command_failed{{errc::not_a_member, {}, "room"}});
  }
  void operator()(const emit_to_room&) const {}
  void operator()(const update_member&) const {}

 private:
  registry_pointer self_;
  const room_name& room_;
};

void take(registry_pointer self, registry_room& said) {
  const auto room = self->state.rooms.find(said.room);
  if (room == self->state.rooms.end()) return std::visit(empty_room{self, said.room}, said.what);
  std::visit([&](auto& what) { self->send(room->second.actor, std::move(what)); }, said.what);
}

// -- conversations ---------------------------------------------------------------------------------------------------

/// Who left one that does not run need not be told of to it.
const exit_conversation* only_leaves(const registry_conversation& said) {
  return std::get_if<exit_conversation>(&said.what);
}

/// Of those who wait for an answer; what is only told is lost.
const origin* who_asks(const registry_conversation& said) {
  if (const auto* entering = std::get_if<enter_conversation>(&said.what)) return &entering->from;
  const auto* order = std::get_if<conversation_order>(&said.what);
  return order != nullptr ? &order->from : nullptr;
}

void take(registry_pointer self, registry_conversation& said) {
  auto& state = self->state;
  const auto found = state.conversations.find(said.id);
  if (const auto* leaving = only_leaves(said); leaving != nullptr && found == state.conversations.end()) {
    if (leaving->from) answer(self, *leaving->from, event::conversation_left{said.id}, true);
    return;
  }
  if (found == state.conversations.end() && state.conversations.size() >= state.settings->conversations_per_registry) {
    if (const auto* to = who_asks(said)) answer(self, *to, event::command_failed{{errc::overloaded, {}, {}}});
    if (const auto* entering = std::get_if<enter_conversation>(&said.what))
      self->send(state.core->network_of(entering->who),
                 unsubscribe{topic_of(said.id), entering->who, said.id, !entering->resumed});
    return;
  }
  auto& conversation = found != state.conversations.end() ? found->second : state.conversations[said.id];
  if (!conversation.actor) {
    conversation.actor = self->spawn(conversation_actor, said.id, state.settings, state.core, registry_hdl{self});
    self->monitor(conversation.actor);
  }
  ++conversation.passed;
  conversation.last = state.settings->now();
  std::visit([&](auto& what) { self->send(conversation.actor, std::move(what)); }, said.what);
}

void take(registry_pointer self, registry_user& said) { registering::take(self, said); }

/// The room is let go only if it has seen all that was passed on to it: nothing is on the way.
template <class Entries, class Key>
void retire(registry_pointer self, Entries& entries, const Key& key, std::uint64_t seen) {
  const auto found = entries.find(key);
  if (found == entries.end() || !found->second.actor || found->second.passed != seen) return;
  self->send(found->second.actor, retire_granted{});
  entries.erase(found);
}

// One look at all of them instead of a timer for each: an idle conversation costs no more than its state.
void on_look(registry_pointer self) {
  auto& state = self->state;
  const auto since = state.settings->now() - state.settings->conversation_idle;
  for (auto& [id, conversation] : state.conversations)
    if (conversation.last <= since) self->send(conversation.actor, conversation_silent{});
  self->delayed_send(self, state.settings->conversation_idle / 2, look_for_silence{});
}

// -- life and death --------------------------------------------------------------------------------------------------

template <class Entries>
auto find_actor(Entries& entries, const caf::actor_addr& address) {
  return std::find_if(entries.begin(), entries.end(),
                      [&address](const auto& each) { return each.second.actor.address() == address; });
}

// Those that retired are forgotten already; what is still known here has crashed.
void on_down(registry_pointer self, const caf::down_msg& said) {
  auto& state = self->state;
  if (state.moving.contains(said.source)) return self->send(self, moved_out{said.source});
  if (said.reason == caf::exit_reason::normal || !said.reason) return;
  if (const auto room = find_actor(state.rooms, said.source); room != state.rooms.end()) {
    tell_networks(self, topic_failed{topic_of(room->first), room->first});
    state.rooms.erase(room);
  } else if (const auto user = find_actor(state.presences, said.source); user != state.presences.end()) {
    tell_networks(self, presence_failed{user->first});
    state.presences.erase(user);
  } else if (const auto conversation = find_actor(state.conversations, said.source);
             conversation != state.conversations.end()) {
    tell_networks(self, topic_failed{topic_of(conversation->first), conversation->first});
    state.conversations.erase(conversation);
  }
}

// -- keys that move --------------------------------------------------------------------------------------------------

const std::string& key_of(const registry_join& said) { return said.what.name.str(); }
const std::string& key_of(const registry_room& said) { return said.room.str(); }
const std::string& key_of(const registry_user& said) { return said.user.str(); }
const std::string& key_of(const registry_conversation& said) { return said.id.str(); }

/// What tells who is where is what the others wait for.
bool is_resumption(const registry_join& said) { return said.what.resumed; }
bool is_resumption(const registry_room&) { return false; }
bool is_resumption(const registry_user& said) {
  const auto* came = std::get_if<attach_session>(&said.what);
  return came != nullptr && came->resumed;
}
bool is_resumption(const registry_conversation& said) {
  const auto* came = std::get_if<enter_conversation>(&said.what);
  return came != nullptr && came->resumed;
}

void on_settled(registry_pointer self, std::uint64_t view);

template <class Order>
void on_order(registry_pointer self, Order& said) {
  auto& state = self->state;
  const auto& nodes = state.core->nodes;
  if (nodes.alone() && !state.moves.under_way()) return take(self, said);
  // An owner that cannot be reached is none.
  const auto& owner = state.core->registry_for(key_of(said));
  if (!nodes.owns(key_of(said)) && owner.address() != self->address()) return self->send(owner, std::move(said));
  const bool waits = state.moves.came_here(key_of(said)) && !is_resumption(said);
  if (!waits) return take(self, said);
  if (!state.moves.hold(std::move(said))) on_settled(self, nodes.view());
}

/// The handler of such orders.
template <class Order>
auto takes(registry_pointer self) {
  return [self](Order& said) {
    on_order(self, said);
    return no_answer{};
  };
}

void on_settled(registry_pointer self, std::uint64_t view) {
  auto& state = self->state;
  if (!state.moves.under_way() || state.core->nodes.view() != view) return;
  for (auto& each : state.moves.finish()) std::visit([self](auto& said) { on_order(self, said); }, each);
}

template <class Entries>
void move_out(registry_pointer self, Entries& entries) {
  auto& state = self->state;
  for (auto next = entries.begin(); next != entries.end();) {
    const auto each = next++;
    if (state.core->nodes.owns(each->first.str())) continue;
    if (each->second.actor) {
      self->send(each->second.actor, rehomed{});
      state.moving.insert(each->second.actor.address());
    }
    entries.erase(each);
  }
}

/// The steward may wait for it: here, everything that is another node's has been finished.
void tell_moved(registry_pointer self) {
  const auto& state = self->state;
  if (state.moving.empty()) self->send(state.core->steward, keys_moved{state.core->nodes.view()});
}

// What was said to it before and is another node's by now has gone on before this.
void on_moved_out(registry_pointer self, const moved_out& said) {
  self->state.moving.erase(said.who);
  tell_moved(self);
}

void on_members_changed(registry_pointer self, const ownership& before) {
  auto& state = self->state;
  const auto view = state.core->nodes.view();
  state.moves.begin(before);
  self->delayed_send(self, max_settling, view_settled{view});
  move_out(self, state.rooms);
  move_out(self, state.presences);
  move_out(self, state.conversations);
  tell_moved(self);
  // What waits for a key that has gone on waits there.
  for (auto& each : state.moves.release()) std::visit([self](auto& said) { on_order(self, said); }, each);
}

void on_core_changed(registry_pointer self, const core_changed& said) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, said.now);
  if (before != nullptr && before->nodes.view() != state.core->nodes.view()) on_members_changed(self, before->nodes);
  for (const auto& [name, room] : state.rooms) self->send(room.actor, said);
  for (auto& [user, presence] : state.presences)
    if (presence.actor)
      self->send(presence.actor, said);
    else
      registering::on_core_changed(self, user, presence, *before);
  for (const auto& [id, conversation] : state.conversations) self->send(conversation.actor, said);
}

}  // namespace

registry_data::~registry_data() {
  for (const auto& [id, room] : rooms) caf::anon_send_exit(room.actor, caf::exit_reason::user_shutdown);
  for (const auto& [user, presence] : presences)
    if (presence.actor) caf::anon_send_exit(presence.actor, caf::exit_reason::user_shutdown);
  for (const auto& [id, each] : conversations) caf::anon_send_exit(each.actor, caf::exit_reason::user_shutdown);
}

registry_hdl::behavior_type registry_actor(registry_pointer self, settings_ptr settings) {
  self->state.settings = std::move(settings);
  self->delayed_send(self, self->state.settings->conversation_idle / 2, look_for_silence{});
  self->set_down_handler([self](const caf::down_msg& said) { on_down(self, said); });
  self->set_exit_handler([self](const caf::exit_msg& said) { self->quit(said.reason); });
  return {
      // The frequent ones first: they are tried in turn.
      takes<registry_user>(self),
      takes<registry_room>(self),
      takes<registry_conversation>(self),
      takes<registry_join>(self),
      [self](const conversation_idle& said) { retire(self, self->state.conversations, said.id, said.passed); },
      [self](const look_for_silence&) { on_look(self); },
      [self](const room_idle& said) { retire(self, self->state.rooms, said.name, said.joins); },
      [self](const presence_idle& said) { retire(self, self->state.presences, said.user, said.attaches); },
      [self](const moved_out& said) { on_moved_out(self, said); },
      [self](const view_settled& said) { on_settled(self, said.view); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
