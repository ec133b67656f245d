#include "actors/registry.hpp"

#include <algorithm>
#include <utility>

#include "actors/conversation.hpp"
#include "actors/presence.hpp"
#include "actors/room.hpp"

namespace parley {
namespace {

template <class Message>
void tell_networks(registry_pointer self, const Message& said) {
  for (const auto& network : self->state.core->networks) self->send(network, said);
}

// -- rooms -----------------------------------------------------------------------------------------------------------

void on_join(registry_pointer self, const registry_join& said) {
  auto& state = self->state;
  auto& room = state.rooms[said.what.name];
  if (!room.actor) {
    room.actor = self->spawn(room_actor, said.what.name, state.settings, registry_hdl{self});
    self->monitor(room.actor);
  }
  ++room.passed;
  self->send(room.actor, said.what);
}

void on_evict(registry_pointer self, const registry_evict& said) {
  const auto room = self->state.rooms.find(said.name);
  if (room != self->state.rooms.end()) self->send(room->second.actor, leave_room{said.key, std::nullopt});
}

void on_purge(registry_pointer self, const registry_purge& said) {
  for (const auto& [name, room] : self->state.rooms) self->send(room.actor, leave_room{said.key, std::nullopt});
  for (auto& [id, conversation] : self->state.conversations) {
    ++conversation.passed;
    self->send(conversation.actor, exit_conversation{{said.key, {}}, std::nullopt});
  }
}

void on_emit(registry_pointer self, const registry_emit& said) {
  const auto room = self->state.rooms.find(said.room);
  if (room != self->state.rooms.end()) self->send(room->second.actor, said.what);
}

// -- conversations ---------------------------------------------------------------------------------------------------

void on_conversation(registry_pointer self, const registry_conversation& said) {
  auto& state = self->state;
  const auto found = state.conversations.find(said.id);
  // Who left one that does not run need not be told of to it.
  if (found == state.conversations.end() && std::holds_alternative<exit_conversation>(said.what)) return;
  auto& conversation = found != state.conversations.end() ? found->second : state.conversations[said.id];
  if (!conversation.actor) {
    conversation.actor = self->spawn(conversation_actor, said.id, state.settings, state.core, registry_hdl{self});
    self->monitor(conversation.actor);
  }
  ++conversation.passed;
  conversation.last = state.settings->now();
  std::visit([&](const auto& what) { self->send(conversation.actor, what); }, said.what);
}

/// The room is let go only if it has seen all that was passed on to it: nothing is on the way.
template <class Entries, class Key>
void retire(registry_pointer self, Entries& entries, const Key& key, std::uint64_t seen) {
  const auto found = entries.find(key);
  if (found == entries.end() || found->second.passed != seen) return;
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

// -- users -----------------------------------------------------------------------------------------------------------

/// What a message to a user comes to when nobody is there. One overload per message.
class absentee {
 public:
  explicit absentee(registry_pointer self) : self_{self} {}

  void operator()(const tell_user& said) const {
    const error reason{errc::user_offline, {}, "to"};
    self_->send(said.sender.network,
                outcome{said.answer, make_event(self_->state.settings->now(), event::command_failed{reason}), false});
  }
  void operator()(const tell_call& said) const {
    if (!said.incoming || said.sender.key.value == 0) return;
    const error reason{errc::user_offline, {}, "to"};
    self_->send(said.sender.network,
                outcome{said.from, make_event(self_->state.settings->now(), event::command_failed{reason}), false});
  }
  void operator()(const end_sessions&) const {}
  void operator()(const detach_session&) const {}
  void operator()(const tell_own_sessions&) const {}
  void operator()(const attach_session&) const {}

 private:
  registry_pointer self_;
};

using presence_entry = registry_data::entry<presence_hdl>;

/// Said to all sessions of a user but one, where that one is the only one.
bool for_nobody(const registry_user& said, const presence_entry& user) {
  const auto* own = std::get_if<tell_own_sessions>(&said.what);
  return own != nullptr && own->except.size() == 1 && user.sessions == 1 && user.keys == own->except.front().value;
}

void count_sessions(const registry_user& said, presence_entry& user) {
  if (const auto* came = std::get_if<attach_session>(&said.what)) {
    ++user.passed;
    ++user.sessions;
    user.keys ^= came->who.key.value;
  } else if (const auto* went = std::get_if<detach_session>(&said.what); went != nullptr && user.sessions > 0) {
    --user.sessions;
    user.keys ^= went->key.value;
  }
}

void on_user(registry_pointer self, registry_user& said) {
  auto& state = self->state;
  const bool attaching = std::holds_alternative<attach_session>(said.what);
  const auto found = state.presences.find(said.user);
  if (found == state.presences.end() && !attaching) {
    std::visit(absentee{self}, said.what);
    return;
  }
  auto& presence = attaching ? state.presences[said.user] : found->second;
  if (!presence.actor) {
    presence.actor = self->spawn(presence_actor, said.user, state.settings, state.core, registry_hdl{self});
    self->monitor(presence.actor);
  }
  if (for_nobody(said, presence)) return;
  count_sessions(said, presence);
  std::visit([&](auto& what) { self->send(presence.actor, std::move(what)); }, said.what);
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
  if (said.reason == caf::exit_reason::normal || !said.reason) return;
  if (const auto room = find_actor(state.rooms, said.source); room != state.rooms.end()) {
    tell_networks(self, topic_failed{room->second.actor.id(), room->first, {}});
    state.rooms.erase(room);
  } else if (const auto user = find_actor(state.presences, said.source); user != state.presences.end()) {
    tell_networks(self, presence_failed{user->first});
    state.presences.erase(user);
  } else if (const auto conversation = find_actor(state.conversations, said.source);
             conversation != state.conversations.end()) {
    tell_networks(self, topic_failed{conversation->second.actor.id(), {}, conversation->first});
    state.conversations.erase(conversation);
  }
}

void on_exit(registry_pointer self, const caf::exit_msg& said) {
  for (const auto& [name, room] : self->state.rooms) self->send_exit(room.actor, said.reason);
  for (const auto& [user, presence] : self->state.presences) self->send_exit(presence.actor, said.reason);
  for (const auto& [id, conversation] : self->state.conversations) self->send_exit(conversation.actor, said.reason);
  self->quit(said.reason);
}

void on_core_changed(registry_pointer self, const core_changed& said) {
  self->state.core = said.now;
  for (const auto& [user, presence] : self->state.presences) self->send(presence.actor, said);
  for (const auto& [id, conversation] : self->state.conversations) self->send(conversation.actor, said);
}

}  // namespace

registry_hdl::behavior_type registry_actor(registry_pointer self, settings_ptr settings) {
  self->state.settings = std::move(settings);
  self->delayed_send(self, self->state.settings->conversation_idle / 2, look_for_silence{});
  self->set_down_handler([self](const caf::down_msg& said) { on_down(self, said); });
  self->set_exit_handler([self](const caf::exit_msg& said) { on_exit(self, said); });
  return {
      [self](const registry_join& said) { on_join(self, said); },
      [self](const registry_evict& said) { on_evict(self, said); },
      [self](const registry_purge& said) { on_purge(self, said); },
      [self](registry_user& said) { on_user(self, said); },
      [self](const registry_conversation& said) { on_conversation(self, said); },
      [self](const registry_emit& said) { on_emit(self, said); },
      [self](const conversation_idle& said) { retire(self, self->state.conversations, said.id, said.passed); },
      [self](const look_for_silence&) { on_look(self); },
      [self](const room_idle& said) { retire(self, self->state.rooms, said.name, said.joins); },
      [self](const presence_idle& said) { retire(self, self->state.presences, said.user, said.attaches); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
