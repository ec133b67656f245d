#include "actors/session.hpp"

#include <utility>

#include <caf/typed_event_based_actor.hpp>

namespace parley {
namespace {

constexpr std::string_view admin_role = "admin";

void answer(session_pointer self, origin to, event_ptr what, bool emit) {
  self->send(self->state.me.network, outcome{std::move(to), std::move(what), emit});
}

void fail(session_pointer self, origin to, error reason) {
  answer(self, std::move(to), make_event(self->state.settings->now(), event::command_failed{std::move(reason)}), false);
}

const registry_hdl& registry_of(session_pointer self, std::string_view key) {
  return self->state.core->registry_for(key);
}

void tell_presence(session_pointer self, const user_id& user, decltype(registry_user::what) what) {
  self->send(registry_of(self, user.str()), registry_user{user, std::move(what)});
}

event_ptr now(session_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

void emit(session_pointer self, event_ptr what) {
  const auto& me = self->state.me;
  self->send(me.network,
             deliver{std::make_shared<const delivery>(delivery{std::move(what), to_sessions{{me.key}}, {}})});
}

void refresh(session_pointer self, const std::string& token, origin from);

/// Passes a client's commands on, each to the actor concerned. One overload per command. What waits for a join is moved
/// away with the command it came in: nothing of it is looked at afterwards.
class dispatcher {
 public:
  using verdict = membership<session_command>::verdict;

  dispatcher(session_pointer self, session_command& said) : self_{self}, said_{said} {}

  void operator()(const command::join_room& what) {
    const auto room = what.room;
    switch (state().rooms.join(room, said_)) {
      case verdict::go:
        join(room, what.label);
        break;
      case verdict::already:
        answer(self_, from(), now(self_, event::room_joined{room, what.label}), true);
        break;
      case verdict::full:
        fail(self_, from(), {errc::limit_reached, "Too many rooms", "room"});
        break;
      default:
        break;
    }
  }

  void operator()(const command::leave_room& what) {
    const auto room = what.room;
    switch (state().rooms.leave(room, said_)) {
      case verdict::go: {
        const auto handle = state().handles.extract(room);
        self_->send(handle.mapped(), leave_room{state().me.key, from()});
        break;
      }
      case verdict::outside:
        fail(self_, from(), {errc::not_a_member, {}, what.label.empty() ? "room" : "groupId"});
        break;
      default:
        break;
    }
  }

  void operator()(const command::post_to_room& what) {
    const auto room = what.room;
    switch (state().rooms.post(room, said_)) {
      case verdict::go: {
        auto& command = std::get<command::post_to_room>(said_.what);
        self_->send(state().handles.find(room)->second, post_to_room{std::move(command.text), from()});
        break;
      }
      case verdict::outside:
        fail(self_, from(), {errc::not_a_member, {}, "room"});
        break;
      default:
        break;
    }
  }

  void operator()(const command::post_to_user& what) {
    tell_presence(self_, what.to, tell_user{what.text, state().user, state().me, from()});
  }

  void operator()(const command::post_to_all& what) {
    auto posted = now(
        self_,
        event::message_posted{
            .id = message_id{make_message_id()}, .from = state().user, .text = what.text, .scope = event::scope::all});
    self_->send(state().core->directory, announce_to_all{posted});
    answer(self_, from(), std::move(posted), false);
  }

  void operator()(const command::announce& what) {
    if (!state().user.who->has_role(admin_role)) {
      fail(self_, from(), {errc::forbidden, "Only admins may do this", {}});
      return;
    }
    auto announced = now(self_, event::announced{state().user, what.text});
    self_->send(state().core->directory, announce_to_all{announced});
    answer(self_, from(), std::move(announced), false);
  }

  void operator()(const command::list_users&) { self_->send(state().core->directory, list_users{state().me, from()}); }

  void operator()(const command::summarize_users&) {
    self_->send(state().core->directory, summarize_users{state().me, from()});
  }

  void operator()(const command::ping&) { answer(self_, from(), now(self_, event::pinged{state().user}), true); }

  void operator()(const command::refresh_token& what) { refresh(self_, what.token, from()); }

  void operator()(const command::emit_back& what) {
    auto emitted = now(self_, event::custom{what.event, what.args});
    if (what.want_ack)
      self_->send(state().me.network, ask_client{state().me.key, std::move(emitted), what.event});
    else
      emit(self_, std::move(emitted));
    auto done = from();
    done.ack.reset();  // the conformance suites ask for no ack where they want an event
    answer(self_, std::move(done), now(self_, event::custom{what.event, json::array()}), false);
  }

  void operator()(const command::act_in_group& what) {
    const auto room = what.room;
    switch (state().rooms.post(room, said_)) {
      case verdict::go:
        self_->send(state().handles.find(room)->second,
                    post_to_room{std::get<command::act_in_group>(std::move(said_.what)), from()});
        break;
      case verdict::outside:
        fail(self_, from(), {errc::not_a_member, {}, "groupId"});
        break;
      default:
        break;
    }
  }

  void operator()(const command::join_conversation& what) {
    auto& joined = state().conversations;
    if (joined.size() >= state().settings->conversations_per_session && !joined.contains(what.in))
      return fail(self_, from(), {errc::limit_reached, "Too many conversations", "conversationId"});
    joined.try_emplace(what.in, 0);
    to_conversation(what.in, enter_conversation{state().me, self_, state().user, state().profile, from()});
  }

  void operator()(const command::leave_conversation& what) {
    if (state().conversations.erase(what.in) == 0)
      return fail(self_, from(), {errc::not_a_member, {}, "conversationId"});
    to_conversation(what.in, exit_conversation{state().me, from()});
  }

  void operator()(const command::edit_message& what) { order_by_message(what); }
  void operator()(const command::delete_message& what) { order_by_message(what); }

  void operator()(const command::query_presence& what) { ask_people(what); }
  void operator()(const command::list_people& what) { ask_people(what); }

  void operator()(const command::watch_presence& what) {
    self_->send(state().me.network, scope_presence{state().me.key, what.users});
    answer(self_, from(), now(self_, event::presence_watched{what.users.size()}), false);
  }

  void operator()(const command::announce_self& what) {
    answer(self_, from(), now(self_, event::self_announced{state().user, what.online}), false);
  }

  /// Everything else is for the conversation that it names.
  template <class Order>
  void operator()(const Order& what) {
    order(what.in, what);
  }

  void operator()(const command::acknowledge& what) {
    answer(self_, from(), now(self_, event::custom{{}, what.args}), false);
  }

 private:
  template <class Order>
  conversation_order make_order(const Order& what) {
    return {what, state().user, state().profile, state().me, from()};
  }

  template <class Message>
  void to_conversation(const conversation_id& id, Message what) {
    self_->send(registry_of(self_, id.str()), registry_conversation{id, std::move(what)});
  }

  template <class Order>
  void order(const conversation_id& id, const Order& what) {
    to_conversation(id, make_order(what));
  }

  /// Where the client did not say which conversation a message is in, the store is asked first.
  template <class Order>
  void order_by_message(const Order& what) {
    if (!what.in.str().empty()) return order(what.in, what);
    const auto to = said_.from;
    const auto then = std::make_shared<const conversation_order>(make_order(what));
    self_->send(state().core->directory, people_order{locate_message{what.what, then}, state().me, to, state().user});
  }

  template <class Question>
  void ask_people(const Question& what) {
    self_->send(state().core->directory, people_order{what, state().me, from(), state().user});
  }

  session_state& state() { return self_->state; }
  origin from() { return std::move(said_.from); }

  std::string make_message_id() { return state().ids.next(state().settings->now()); }

  void join(const room_name& room, const std::string& label) {
    self_->send(registry_of(self_, room.str()),
                registry_join{join_room{room, state().me, self_, state().user, from(), label}});
  }

  session_pointer self_;
  session_command& said_;
};

void dispatch(session_pointer self, session_command said) {
  std::visit(dispatcher{self, said}, std::as_const(said.what));
}

void leave_everything(session_pointer self) {
  auto& state = self->state;
  // Rooms that are still being joined: the same way as the join, so that this cannot overtake it.
  for (const auto& room : state.rooms.joining())
    self->send(registry_of(self, room.str()), registry_evict{room, state.me.key});
  for (const auto& [name, room] : state.handles) self->send(room, leave_room{state.me.key, std::nullopt});
  auto topics = state.rooms.topics();
  for (const auto& [id, topic] : state.conversations) {
    topics.push_back(topic);
    self->send(registry_of(self, id.str()), registry_conversation{id, exit_conversation{state.me, std::nullopt}});
  }
  tell_presence(self, state.user.who->id, detach_session{state.me.key, std::move(topics)});
}

void attach(session_pointer self) {
  tell_presence(self, self->state.user.who->id, attach_session{self->state.me, self->state.user});
}

void lose(session_pointer self, const room_name& room) {
  self->state.handles.erase(room);
  for (auto& waited : self->state.rooms.lost(room))
    fail(self, std::move(waited.from), {errc::internal_error, "The room failed", "room"});
}

// What a crashed registry knew is gone: its rooms are left, its presences are made anew.
void on_core_changed(session_pointer self, const core_changed& said) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, said.now);
  const auto replaced = [&](const std::string& key) {
    return before->registry_for(key) != state.core->registry_for(key);
  };
  for (const auto& room : state.rooms.names()) {
    if (!replaced(room.str())) continue;
    if (const auto handle = state.handles.find(room); handle != state.handles.end())
      self->send(handle->second, leave_room{state.me.key, std::nullopt});
    lose(self, room);
    emit(self, now(self, event::command_failed{{errc::internal_error, "The room failed; join it again", "room"}}));
  }
  if (replaced(state.user.who->id.str())) attach(self);
}

void end(session_pointer self) {
  if (self->state.user.who) leave_everything(self);
  self->quit();
}

// -- who this is -----------------------------------------------------------------------------------------------------

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

void accept(session_pointer self, identity_ptr who) {
  auto& state = self->state;
  const auto at = state.settings->now();
  state.user = {who, at};
  self->send(state.me.network,
             session_accepted{state.me.key, std::move(who),
                              make_event(at, event::session_opened{state.user, std::exchange(state.handshake, {})})});
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

}  // namespace

session_hdl::behavior_type session_actor(session_pointer self, session_start start) {
  auto& state = self->state;
  state.settings = std::move(start.settings);
  state.core = std::move(start.core);
  state.me = std::move(start.me);
  state.rooms = membership<session_command>{state.settings->rooms_per_session};
  state.ids = uuid_v7_generator{state.settings->seed()};
  state.hears = start.hears;
  state.handshake = start.credentials.auth;
  admit(self, start.credentials);
  return {
      [self](const session_command& said) { dispatch(self, said); },
      [self](const client_ack& said) {
        emit(self, now(self, event::custom{said.token, said.args}));
      },
      [self](const room_entered& said) {
        self->state.handles.emplace(said.name, said.room);
        for (auto& waited : self->state.rooms.entered(said.name, said.topic)) dispatch(self, std::move(waited));
      },
      [self](const room_lost& said) { lose(self, said.name); },
      [self](const token_ran_out&) {
        self->send(self->state.me.network, session_ended{self->state.me.key, {errc::token_expired, {}, {}}});
      },
      [self](const close_session&) { end(self); },
      [self](const presence_lost&) { attach(self); },
      [self](const conversation_entered& said) {
        const auto joined = self->state.conversations.find(said.id);
        if (joined != self->state.conversations.end()) joined->second = said.topic;
      },
      [self](const conversation_lost& said) { self->state.conversations.erase(said.id); },
      [](const resumed& said) { (*said.then)(); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
