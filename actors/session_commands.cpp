#include <utility>

#include "actors/session_parts.hpp"

namespace parley::attending {
namespace {

constexpr std::string_view admin_role = "admin";

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
        ask_to_enter(self_, room);
        break;
      case verdict::already:
        answer(self_, from(), now(self_, event::room_joined{room, what.label}), true);
        break;
      case verdict::full:
        fail(self_, from(), {errc::limit_reached, "Too many rooms", "room", attempt::joining});
        break;
      default:
        break;
    }
  }

  void operator()(const command::leave_room& what) {
    const auto room = what.room;
    switch (state().rooms.leave(room, said_)) {
      case verdict::go:
        tell_room(self_, room, leave_room{state().me, from()});
        break;
      case verdict::outside:
        fail(self_, from(), {errc::not_a_member, {}, "room", attempt::leaving});
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
        tell_room(self_, room, post_to_room{std::move(command.text), from()});
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
    auto& text = std::get<command::post_to_user>(said_.what).text;
    tell_presence(self_, what.to, tell_user{std::move(text), state().user, from()});
  }

  void operator()(const command::post_to_all& what) {
    auto posted = now(
        self_,
        event::message_posted{
            .id = message_id{make_message_id()}, .from = state().user, .text = what.text, .scope = event::scope::all});
    self_->send(state().core->directory_for(announcer_key), announce_to_all{std::move(posted), from()});
  }

  void operator()(const command::announce& what) {
    if (!state().user.who->has_role(admin_role)) {
      fail(self_, from(), {errc::forbidden, "Only admins may do this", {}});
      return;
    }
    auto announced = now(self_, event::announced{state().user, what.text});
    self_->send(state().core->directory_for(announcer_key), announce_to_all{std::move(announced), from()});
  }

  void operator()(const command::list_users&) { self_->send(state().core->directory, list_users{from()}); }

  void operator()(const command::summarize_users&) { self_->send(state().core->directory, summarize_users{from()}); }

  void operator()(const command::ping&) { answer(self_, from(), now(self_, event::pinged{state().user}), true); }

  void operator()(const command::refresh_token& what) { refresh(self_, what.token, from()); }

  void operator()(const command::emit_back& what) {
    auto emitted = now(self_, event::custom{what.event, what.args});
    if (what.want_ack)
      self_->send(state().network, ask_client{state().me, std::move(emitted), what.event});
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
        tell_room(self_, room, post_to_room{std::get<command::act_in_group>(std::move(said_.what)), from()});
        break;
      case verdict::outside:
        fail(self_, from(), {errc::not_a_member, {}, "room"});
        break;
      default:
        break;
    }
  }

  void operator()(const command::join_conversation& what) {
    auto& joined = state().in_conversations().joined;
    if (joined.size() >= state().settings->conversations_per_session && !joined.contains(what.in))
      return fail(self_, from(), {errc::limit_reached, "Too many conversations", "conversationId"});
    joined[what.in].asked.push_back(said_.from);
    ask_to_enter(self_, what.in, from());
  }

  void operator()(const command::leave_conversation& what) {
    if (state().in_conversations().joined.erase(what.in) == 0)
      return fail(self_, from(), {errc::not_a_member, {}, "conversationId"});
    to_conversation(what.in, exit_conversation{state().me, from()});
  }

  void operator()(const command::set_typing& what) {
    auto& mine = state().in_conversations();
    if (what.on && !mine.joined.contains(what.in)) mine.types_in(what.in);
    order(what.in, what);
  }

  void operator()(const command::edit_message& what) { order_by_message(what); }
  void operator()(const command::delete_message& what) { order_by_message(what); }

  void operator()(const command::query_presence& what) { ask_people(what); }
  void operator()(const command::list_people& what) { ask_people(what); }

  void operator()(const command::watch_presence& what) {
    self_->send(state().network, scope_presence{state().me, what.users});
    answer(self_, from(), now(self_, event::presence_watched{what.users.size()}), false);
  }

  // The presence tells the others, where anything is new to them.
  void operator()(const command::announce_self& what) {
    const auto& who = *state().user.who;
    const bool other_name = !what.username.empty() && what.username != who.username;
    if (other_name && !who.nameless)
      return fail(self_, from(), {errc::forbidden, "You can only act as yourself", "username"});
    // Said again, it still counts: another session may have brought the user back meanwhile.
    const bool as_known = what.online && !state().user.away;
    if (other_name || !as_known)
      show_as(self_, other_name ? named(who, what.username) : state().user.who, !what.online);
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
    return {what, state().user, state().profile, from()};
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
    self_->send(state().core->directory, people_order{locate_message{what.what, then}, to, state().user});
  }

  template <class Question>
  void ask_people(const Question& what) {
    self_->send(state().core->directory, people_order{what, from(), state().user});
  }

  session_state& state() { return self_->state; }
  origin from() { return std::move(said_.from); }

  std::string make_message_id() { return state().ids.next(state().settings->now()); }

  session_pointer self_;
  session_command& said_;
};

}  // namespace

void ask_to_enter(session_pointer self, const room_name& room) {
  const auto& state = self->state;
  const auto& said = *state.rooms.join_of(room);
  self->send(registry_of(self, room.str()), registry_join{join_room{room, state.me, state.user, said.from,
                                                                    std::get<command::join_room>(said.what).label}});
}

void ask_to_enter(session_pointer self, const conversation_id& id, origin from) {
  const auto& state = self->state;
  self->send(registry_of(self, id.str()),
             registry_conversation{id, enter_conversation{state.me, state.user, std::move(from)}});
}

void dispatch(session_pointer self, session_command&& said) {
  std::visit(dispatcher{self, said}, std::as_const(said.what));
}

}  // namespace parley::attending
