#include <utility>

#include "actors/session_parts.hpp"
#include "actors/standing.hpp"

namespace parley::attending {
namespace {

/// Some vocabularies begin with lists: asked for by the session itself.
void ask_for_lists(session_pointer self) {
  const auto& state = self->state;
  origin from;
  from.key = state.me;
  from.own = true;
  const auto ask = [&](dialects::dialect_id by, decltype(people_order::what) what) {
    if (!state.hears.contains(by)) return;
    from.by = by;
    self->send(state.core->directory, people_order{std::move(what), from, state.user});
  };
  ask(dialects::dialect_id::chat, command::list_people{});
  if (state.core->store != nullptr) ask(dialects::dialect_id::messenger, list_conversations{state.user.who->id, true});
}

void greet_later(session_pointer self, std::chrono::milliseconds delay, event_ptr greeting) {
  auto greet = [self, greeting = std::move(greeting)] { emit(self, greeting); };
  self->delayed_send(self, delay, resumed{std::make_shared<std::function<void()>>(std::move(greet))});
}

/// A client that is told it is in, can be reached by those who are on other nodes: so it is told when that is so.
void begin_to_attach(session_pointer self) {
  auto& state = self->state;
  const auto& key = state.user.who->id.str();
  state.attaching = !state.core->nodes.owns(key);
  attach(self);
  if (!state.attaching) let_in(self);
}

void accept(session_pointer self, identity_ptr who) {
  self->state.user = {std::move(who), self->state.settings->now()};
  begin_to_attach(self);
}

void refuse(session_pointer self, error reason, auth::token_hint token) {
  self->send(self->state.network, session_refused{self->state.me, std::move(reason), std::move(token)});
  self->quit();
}

}  // namespace

void let_in(session_pointer self) {
  auto& state = self->state;
  state.attaching = false;
  auto greeting =
      make_event(state.user.connected_at, event::session_opened{state.user, std::exchange(state.handshake, {})});
  const auto delay = state.settings->greeting_delay;
  if (delay.count() > 0) greet_later(self, delay, std::exchange(greeting, nullptr));
  self->send(state.network, session_accepted{state.me, state.user, std::move(greeting), state.core->nodes.view()});
  ask_for_lists(self);
}

void show_as(session_pointer self, identity_ptr who, bool away) {
  auto& state = self->state;
  state.user.who = std::move(who);
  state.user.away = away;
  self->send(state.network, session_refreshed{state.me, state.user.who, away});
  attach(self);  // for what lists show of the user
  for (const auto& room : state.rooms.names()) tell_room(self, room, update_member{state.me, state.user});
}

// The fresh token must be the same user's. A name that the client said itself stays, where the token has none again.
void refresh(session_pointer self, const std::string& token, origin from) {
  auto& state = self->state;
  const auto fresh = auth::authenticate(token, state.settings->auth->get(), state.settings->now());
  if (!fresh) return fail(self, std::move(from), fresh.failure());
  if ((*fresh)->id != state.user.who->id)
    return fail(self, std::move(from), {errc::forbidden, "The token is another user's", "token"});
  look_up(self, state.settings, *state.core, *fresh,
          [self, fresh = *fresh, from](const std::optional<error>& why, const profile_ptr& profile) {
            if (why) return fail(self, from, *why);
            const auto& before = *self->state.user.who;
            if (profile != nullptr) self->state.profile = profile;
            show_as(self, before.nameless && fresh->nameless ? named(*fresh, before.username) : fresh,
                    self->state.user.away);
            const auto until = fresh->expires_at.value_or(timestamp{});
            answer(self, from, now(self, event::token_refreshed{until}), false);
          });
}

void admit(session_pointer self, const auth::credentials& from) {
  auto& state = self->state;
  const auto& policy = state.settings->auth->get();
  const auto who = auth::authenticate(from, policy, state.settings->now());
  if (!who) return refuse(self, who.failure(), auth::hint_of(from, policy));
  look_up(self, state.settings, *state.core, *who,
          [self, who = *who](const std::optional<error>& why, const profile_ptr& profile) {
            if (why) return refuse(self, *why, {.alg = {}, .kid = {}, .sub = who->id.str()});
            self->state.profile = profile;
            accept(self, who);
          });
}

}  // namespace parley::attending
