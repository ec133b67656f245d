#include <utility>

#include "actors/session_parts.hpp"

namespace parley::attending {
namespace {

/// Some vocabularies begin with lists: asked for by the session itself.
void ask_for_lists(session_pointer self) {
  const auto& state = self->state;
  origin from;
  from.key = state.me.key;
  from.own = true;
  const auto ask = [&](dialects::dialect_id by, decltype(people_order::what) what) {
    if (!state.hears.contains(by)) return;
    from.by = by;
    self->send(state.core->directory, people_order{std::move(what), state.me, from, state.user});
  };
  ask(dialects::dialect_id::chat, command::list_people{});
  if (state.core->store != nullptr) ask(dialects::dialect_id::messenger, list_conversations{state.user.who->id, true});
}

void greet_later(session_pointer self, std::chrono::milliseconds delay, event_ptr greeting) {
  auto greet = [self, greeting = std::move(greeting)] { emit(self, greeting); };
  self->delayed_send(self, delay, resumed{std::make_shared<std::function<void()>>(std::move(greet))});
}

void accept(session_pointer self, identity_ptr who) {
  auto& state = self->state;
  const auto at = state.settings->now();
  state.user = {who, at};
  auto greeting = make_event(at, event::session_opened{state.user, std::exchange(state.handshake, {})});
  const auto delay = state.settings->greeting_delay;
  if (delay.count() > 0) greet_later(self, delay, std::exchange(greeting, nullptr));
  self->send(state.me.network, session_accepted{state.me.key, std::move(who), std::move(greeting)});
  attach(self);
  ask_for_lists(self);
}

void refuse(session_pointer self, error reason) {
  self->send(self->state.me.network, session_refused{self->state.me.key, std::move(reason)});
  self->quit();
}

/// Nothing when what the store knows of the user lets the token pass.
std::optional<error> objection(session_pointer self, const identity& who, const std::optional<user_record>& known) {
  if (!known) {
    if (self->state.settings->require_known_user) return error{errc::user_unknown, {}, {}};
    return std::nullopt;
  }
  if (who.token_version.value_or(0) < known->token_version) return error{errc::token_revoked, {}, {}};
  return std::nullopt;
}

/// Looks the user up where anybody is known; `then` hears the objection, if there is one.
template <class Then>
void look_up(session_pointer self, const identity_ptr& who, Then then) {
  auto& state = self->state;
  const auto& store = state.core->store;
  if (store == nullptr || !(store->knows_users() || state.settings->require_known_user)) return then(std::nullopt);
  store->read(
      self, [id = who->id](parley::store& on) { return on.find_user(id); },
      [self, who, then](const result<std::optional<user_record>>& found) {
        if (!found) return then(found.failure());
        if (*found) self->state.profile = std::make_shared<const user_record>(**found);
        then(objection(self, *who, *found));
      });
}

}  // namespace

// The fresh token must be the same user's.
void refresh(session_pointer self, const std::string& token, origin from) {
  auto& state = self->state;
  const auto fresh = auth::authenticate(token, state.settings->auth, state.settings->now());
  if (!fresh) return fail(self, std::move(from), fresh.failure());
  if ((*fresh)->id != state.user.who->id)
    return fail(self, std::move(from), {errc::forbidden, "The token is another user's", "token"});
  look_up(self, *fresh, [self, fresh = *fresh, from](const std::optional<error>& why) {
    if (why) return fail(self, from, *why);
    auto& now_is = self->state;
    now_is.user.who = fresh;
    self->send(now_is.me.network, session_refreshed{now_is.me.key, fresh});
    const auto until = fresh->expires_at.value_or(timestamp::max());
    answer(self, from, now(self, event::token_refreshed{until}), false);
  });
}

void admit(session_pointer self, const auth::credentials& from) {
  auto& state = self->state;
  const auto who = auth::authenticate(from, state.settings->auth, state.settings->now());
  if (!who) return refuse(self, who.failure());
  look_up(self, *who, [self, who = *who](const std::optional<error>& why) {
    if (why)
      refuse(self, *why);
    else
      accept(self, who);
  });
}

}  // namespace parley::attending
