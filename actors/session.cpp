#include "actors/session.hpp"

#include <algorithm>
#include <utility>

#include "actors/session_parts.hpp"

namespace parley {
namespace attending {

void answer(session_pointer self, origin to, event_ptr what, bool emit) {
  self->send(self->state.network, outcome{std::move(to), std::move(what), emit});
}

void fail(session_pointer self, origin to, error reason) {
  answer(self, std::move(to), make_event(self->state.settings->now(), event::command_failed{std::move(reason)}), false);
}

const registry_hdl& registry_of(session_pointer self, std::string_view key) {
  return self->state.core->registry_for(key);
}

void tell_room(session_pointer self, const room_name& room, decltype(registry_room::what) what) {
  self->send(registry_of(self, room.str()), registry_room{room, std::move(what)});
}

event_ptr now(session_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

void emit(session_pointer self, event_ptr what) {
  self->send(self->state.network,
             deliver{std::make_shared<const delivery>(delivery{std::move(what), to_sessions{{self->state.me}}, {}})});
}

void attach(session_pointer self) {
  const auto& state = self->state;
  const bool hears_private = state.hears.intersects(dialects::private_messages);
  tell_presence(self, state.user.who->id, attach_session{state.me, state.user, hears_private, false, state.attaching});
}

}  // namespace attending

namespace {

using namespace attending;

void leave(session_pointer self, const conversation_id& id) {
  self->send(registry_of(self, id.str()), registry_conversation{id, exit_conversation{self->state.me, std::nullopt}});
}

void leave_everything(session_pointer self) {
  auto& state = self->state;
  for (const auto& room : state.rooms.names()) tell_room(self, room, leave_room{state.me, std::nullopt});
  auto topics = state.rooms.topics();
  if (state.conversations) {
    for (const auto& [id, place] : state.conversations->joined) {
      topics.push_back(place.topic);
      leave(self, id);
    }
    for (const auto& id : state.conversations->typing_in) leave(self, id);
  }
  tell_presence(self, state.user.who->id, detach_session{state.me, std::move(topics)});
}

void lose(session_pointer self, const room_name& room) {
  for (auto& waited : self->state.rooms.lost(room))
    fail(self, std::move(waited.from), {errc::internal_error, "The room failed", "room"});
}

/// True, and one less, where the answer to that is among them.
bool take_out(std::vector<origin>& unanswered, const origin& from) {
  const auto found = std::find_if(unanswered.begin(), unanswered.end(), [&from](const origin& each) {
    return each.ack == from.ack && each.plain_id == from.plain_id;
  });
  if (found == unanswered.end()) return false;
  unanswered.erase(found);
  return true;
}

/// The registry of that key has crashed: what was on its way to it is lost.
bool was_restarted(const core& before, const core& now_is, std::string_view key) {
  return before.nodes.view() == now_is.nodes.view() && before.registry_for(key) != now_is.registry_for(key);
}

// Where this session is, its network actor tells those who are new to their office. Joins that were on their way are
// asked again, of the owner of now: they do no harm twice, and few clients would. The rest the client must know of.
void on_owners_changed(session_pointer self, const owners_changed& said) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, said.now);
  auto unanswered = said.unanswered;
  if (state.attaching) attach(self);
  for (const auto& room : state.rooms.joining()) {
    const bool lost = take_out(unanswered, state.rooms.join_of(room)->from);
    for (const auto& waits : state.rooms.waiting_for(room)) take_out(unanswered, waits.from);
    if (lost || was_restarted(*before, *state.core, room.str())) ask_to_enter(self, room);
  }
  if (state.conversations)
    for (const auto& [id, place] : state.conversations->joined) {
      const bool restarted = !place.asked.empty() && was_restarted(*before, *state.core, id.str());
      for (const auto& from : place.asked)
        if (take_out(unanswered, from) || restarted) ask_to_enter(self, id, from);
    }
  for (auto& from : unanswered) fail(self, std::move(from), {errc::unavailable, {}, {}});
}

/// The oldest of the joins under way is not any more.
void answered(session_conversations::place& what) {
  if (!what.asked.empty()) what.asked.erase(what.asked.begin());
}

// A shard that told a new owner of what was left meanwhile made it enter again: then it leaves again.
void on_entered(session_pointer self, const room_entered& said) {
  if (!self->state.rooms.knows(said.name)) return tell_room(self, said.name, leave_room{self->state.me, std::nullopt});
  for (auto& waited : self->state.rooms.entered(said.name, said.topic)) dispatch(self, std::move(waited));
}

void on_entered(session_pointer self, const conversation_entered& said) {
  auto* place = self->state.find_place(said.id);
  if (place == nullptr) return leave(self, said.id);
  place->topic = said.topic;
  answered(*place);
}

// A join that is under way meanwhile will have an answer of its own.
void lose(session_pointer self, const conversation_lost& said) {
  auto* place = self->state.find_place(said.id);
  if (place == nullptr) return;
  place->topic = 0;
  if (said.refused) answered(*place);
  if (place->asked.empty()) self->state.conversations->joined.erase(said.id);
}

void end(session_pointer self) {
  if (self->state.user.who) leave_everything(self);
  self->quit();
}

void begin(session_pointer self, session_start&& start) {
  auto& state = self->state;
  state.settings = std::move(start.settings);
  state.core = std::move(start.core);
  state.me = start.me;
  state.network = std::move(start.network);
  state.rooms = membership<session_command>{state.settings->rooms_per_session};
  state.ids = uuid_v7_generator{state.settings->seed()};
  state.hears = start.hears;
  state.handshake = std::move(start.handshake);
  admit(self, start.credentials);
}

}  // namespace

// Elsewhere it ends by itself, as it does for all after a while.
void session_conversations::types_in(const conversation_id& id) {
  if (std::find(typing_in.begin(), typing_in.end(), id) != typing_in.end()) return;
  if (typing_in.size() == max_typing_in) typing_in.erase(typing_in.begin());
  typing_in.push_back(id);
}

session_hdl::behavior_type session_actor(session_pointer self, std::unique_ptr<session_start> start) {
  begin(self, std::move(*start));
  return {
      [self](session_command& said) {
        dispatch(self, std::move(said));
        return no_answer{};
      },
      [self](const client_ack& said) {
        emit(self, now(self, event::custom{said.token, said.args}));
      },
      [self](const room_entered& said) { on_entered(self, said); },
      [self](const room_lost& said) { lose(self, said.name); },
      [self](const token_ran_out&) {
        self->send(self->state.network, session_ended{self->state.me, {errc::token_expired, {}, {}}});
      },
      [self](const close_session&) { end(self); },
      [self](const session_attached&) {
        if (self->state.attaching) let_in(self);
      },
      [self](const presence_lost&) { attach(self); },
      [self](const conversation_entered& said) { on_entered(self, said); },
      [self](const conversation_lost& said) { lose(self, said); },
      [](const resumed& said) { (*said.then)(); },
      [self](const owners_changed& said) { on_owners_changed(self, said); },
  };
}

}  // namespace parley
