#include "actors/room.hpp"

#include <utility>

namespace parley {
namespace {

topic_id topic_of(room_pointer self) { return self->id(); }

const network_hdl& network_of(room_pointer self, session_key key) { return self->state.networks.at(key.shard()); }

event_ptr now(room_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

/// One message to each shard that has members.
void tell(room_pointer self, delivery what) {
  const auto it = std::make_shared<const delivery>(std::move(what));
  for (const auto& [shard, count] : self->state.members.shards())
    self->send(self->state.networks.at(shard), deliver{it});
}

void say(room_pointer self, event_ptr what, std::vector<session_key> except) {
  tell(self, {std::move(what), to_topics{{topic_of(self)}}, std::move(except)});
}

void on_join(room_pointer self, const join_room& said) {
  auto& state = self->state;
  const auto key = said.who.key;
  if (state.members.empty()) self->demonitor(state.registry.address());
  state.networks.try_emplace(key.shard(), said.who.network);
  const bool fresh = state.members.join(key, {said.user, said.label});
  if (fresh) self->send(said.who.network, subscribe{topic_of(self), key});
  self->send(said.session, room_entered{state.room, self, topic_of(self)});
  self->send(said.who.network, outcome{said.from, now(self, event::room_joined{state.room, said.label}), true});
  if (fresh) say(self, now(self, event::member_joined{said.user, state.room, said.label}), but_for(key));
}

// Watched from here on: a registry that is gone cannot let the room go.
void ask_to_retire(room_pointer self) {
  self->monitor(self->state.registry);
  self->send(self->state.registry, room_idle{self->state.room, self->state.members.joins_seen()});
}

void on_leave(room_pointer self, const leave_room& said) {
  auto& state = self->state;
  const auto member = state.members.leave(said.key);
  if (said.from)
    self->send(network_of(self, said.key),
               outcome{*said.from, now(self, event::room_left{state.room, member ? member->label : ""}), true});
  if (!member) return;
  self->send(network_of(self, said.key), unsubscribe{topic_of(self), said.key});
  say(self, now(self, event::member_left{member->who, state.room, member->label}), {});
  if (state.members.empty()) ask_to_retire(self);
}

void on_post(room_pointer self, const post_to_room& said) {
  auto& state = self->state;
  const auto* from = state.members.find(said.from.key);
  if (from == nullptr) return;  // it left before: its session has answered, or is gone
  event_ptr posted;
  if (const auto* act = std::get_if<command::act_in_group>(&said.what))
    posted = now(self, event::group_acted{from->who, *act});
  else
    posted = now(self, event::message_posted{.id = message_id{state.ids.next(state.settings->now())},
                                             .from = from->who,
                                             .text = std::get<std::string>(said.what),
                                             .scope = event::scope::room,
                                             .room = state.room});
  say(self, posted, {});
  self->send(network_of(self, said.from.key), outcome{said.from, std::move(posted), false});
}

void on_emit(room_pointer self, const emit_to_room& said) {
  delivery made{said.what, to_topics{{topic_of(self)}}};
  made.except_users = said.except;
  tell(self, std::move(made));
}

}  // namespace

room_hdl::behavior_type room_actor(room_pointer self, room_name name, settings_ptr settings, registry_hdl registry) {
  auto& state = self->state;
  state.room = std::move(name);
  state.ids = uuid_v7_generator{settings->seed()};
  state.settings = std::move(settings);
  state.registry = std::move(registry);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  return {
      [self](const join_room& said) { on_join(self, said); },
      [self](const leave_room& said) { on_leave(self, said); },
      [self](const post_to_room& said) { on_post(self, said); },
      [self](const emit_to_room& said) { on_emit(self, said); },
      [self](const retire_granted&) { self->quit(); },
  };
}

}  // namespace parley
