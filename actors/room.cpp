#include "actors/room.hpp"

#include <utility>

#include "actors/topics.hpp"

namespace parley {
namespace {

const network_hdl& network_of(room_pointer self, session_key key) { return self->state.core->network_of(key); }

event_ptr now(room_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

/// One message to each shard, or other node, that has members.
void tell(room_pointer self, delivery what) {
  const auto it = std::make_shared<const delivery>(std::move(what));
  for (const auto& [place, count] : self->state.members.places()) self->send(network_of(self, place), deliver{it});
}

void say(room_pointer self, event_ptr what, std::vector<session_key> except) {
  tell(self, {std::move(what), to_topics{{self->state.topic}}, std::move(except)});
}

// A registry that ends takes those it knows with it: so it need not be watched.
void ask_to_retire(room_pointer self) {
  self->send(self->state.registry, room_idle{self->state.room, self->state.members.joins_seen()});
}

void drop(room_pointer self, session_key key) {
  auto& state = self->state;
  const auto member = state.members.leave(key);
  if (!member) return;
  self->send(network_of(self, key), unsubscribe{state.topic, key});
  say(self, now(self, event::member_left{member->who, state.room, member->label}), {});
  if (state.members.empty()) ask_to_retire(self);
}

void on_join(room_pointer self, const join_room& said) {
  auto& state = self->state;
  const bool fresh = state.members.join(said.who, {said.user, said.label});
  if (!state.core->nodes.has(said.who.node)) return drop(self, said.who);
  const auto& network = network_of(self, said.who);
  self->send(network, subscribe{state.topic, said.who, state.room, state.core->nodes.self(), said.label});
  if (said.resumed) return;
  self->send(network, outcome{said.from, now(self, event::room_joined{state.room, said.label}), true});
  if (fresh) say(self, now(self, event::member_joined{said.user, state.room, said.label}), but_for(said.who));
}

void on_leave(room_pointer self, const leave_room& said) {
  auto& state = self->state;
  const auto* member = state.members.find(said.key);
  if (said.from)
    self->send(network_of(self, said.key),
               outcome{*said.from, now(self, event::room_left{state.room, member ? member->label : ""}), true});
  drop(self, said.key);
}

void on_post(room_pointer self, post_to_room& said) {
  auto& state = self->state;
  const auto* from = state.members.find(said.from.key);
  if (from == nullptr) {
    self->send(network_of(self, said.from.key),
               outcome{said.from, now(self, event::command_failed{{errc::not_a_member, {}, "room"}}), false});
    return;
  }
  event_ptr posted;
  if (auto* act = std::get_if<command::act_in_group>(&said.what)) {
    if (!from->label.empty()) act->label = from->label;  // as it was joined, and so known to the client
    posted = now(self, event::group_acted{from->who, std::move(*act)});
  } else {
    posted = now(self, event::message_posted{.id = message_id{state.ids.next(state.settings->now())},
                                             .from = from->who,
                                             .text = std::get<std::string>(std::move(said.what)),
                                             .scope = event::scope::room,
                                             .room = state.room});
  }
  say(self, posted, {});
  self->send(network_of(self, said.from.key), outcome{std::move(said.from), std::move(posted), false});
}

void on_emit(room_pointer self, const emit_to_room& said) {
  delivery made{said.what, to_topics{{self->state.topic}}};
  made.except_users = said.except;
  tell(self, std::move(made));
}

// Who was on a node that is gone has left.
void on_core_changed(room_pointer self, const core_changed& said) {
  auto& state = self->state;
  state.core = said.now;
  for (const auto key : state.members.beyond(state.core->nodes)) drop(self, key);
}

}  // namespace

room_hdl::behavior_type room_actor(room_pointer self, room_name name, settings_ptr settings, core_ptr core,
                                   registry_hdl registry) {
  auto& state = self->state;
  state.topic = topic_of(name);
  state.members = room_state{core->nodes.self()};
  state.core = std::move(core);
  state.room = std::move(name);
  state.ids = uuid_v7_generator{settings->seed()};
  state.settings = std::move(settings);
  state.registry = std::move(registry);
  return {
      // The frequent one first: they are tried in turn.
      [self](post_to_room& said) {
        on_post(self, said);
        return no_answer{};
      },
      [self](const join_room& said) { on_join(self, said); },
      [self](const leave_room& said) { on_leave(self, said); },
      [self](const emit_to_room& said) { on_emit(self, said); },
      [self](update_member& said) {
        self->state.members.update(said.who, std::move(said.user));
        return no_answer{};
      },
      [self](const retire_granted&) { self->quit(); },
      [self](const rehomed&) { self->quit(); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
