#include "actors/conversation.hpp"

#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"
#include "actors/topics.hpp"

namespace parley {
namespace conversing {

bool is_open(conversation_pointer self) { return self->state.type == conversation_type::open; }

bool may_be(conversation_pointer self) { return self->state.exists || self->state.settings->auto_create_conversations; }

conversation snapshot(conversation_pointer self) {
  const auto& state = self->state;
  conversation made{state.id, state.type, state.last, {}, state.created_at, state.rev};
  if (!state.exists) made.created_at = state.settings->now();
  if (is_open(self)) return made;  // who is here is no list of members
  for (const auto& [id, is] : state.members.members()) made.members.push_back(is);
  return made;
}

company& gather(conversation_pointer self) {
  auto& state = self->state;
  if (state.here == nullptr) state.here = std::make_unique<company>(*state.settings, state.core->nodes.self());
  return *state.here;
}

void schedule(conversation_pointer self, timestamp due) {
  auto& state = self->state;
  const auto at = state.settings->now();
  if (state.tick_due > at && state.tick_due <= due) return;
  state.tick_due = due;
  self->delayed_send(self, std::max<timestamp::duration>(due - at, std::chrono::milliseconds{1}),
                     conversation_tick{++state.tick_round});
}

void tell_typing_ended(conversation_pointer self, const std::optional<participant>& who) {
  if (!who) return;
  say_here(self, now(self, event::typing_changed{self->state.id, *who, {}, false}), sessions_of(self, who->who->id));
}

void stop_typing(conversation_pointer self, const user_id& who) {
  auto& state = self->state;
  if (state.here != nullptr) tell_typing_ended(self, state.here->typing.stop(who));
}

void stop_typing(conversation_pointer self, session_key in) {
  auto& state = self->state;
  if (state.here != nullptr) tell_typing_ended(self, state.here->typing.leave(in));
}

void end_all_typing(conversation_pointer self) {
  const auto& state = self->state;
  if (state.here == nullptr) return;
  const auto end = state.settings->now() + state.settings->typing_expiry;
  for (const auto& each : state.here->typing.expire(end)) tell_typing_ended(self, each);
}

void let_go(conversation_pointer self, session_key key, const conversation_id& tell) {
  auto& here = gather(self);
  const auto member = here.joined.leave(key);
  if (!member) return;
  const auto found = here.sessions_of.find(member->who.who->id);
  std::erase(found->second, key);
  const bool last_one = found->second.empty();
  if (last_one) here.sessions_of.erase(found);
  self->send(self->state.core->network_of(key), unsubscribe{self->state.topic, key, tell});
  stop_typing(self, key);
  if (!last_one || !is_open(self)) return;
  for (const auto& each : self->state.members.remove(member->who.who->id, {})) say_status(self, each);
}

void evict_strangers(conversation_pointer self) {
  const auto& state = self->state;
  if (is_open(self) || state.here == nullptr) return;
  std::vector<session_key> strangers;
  for (const auto& [user, keys] : state.here->sessions_of)
    if (!state.members.has(user)) strangers.insert(strangers.end(), keys.begin(), keys.end());
  for (const auto key : strangers) {
    let_go(self, key, state.id);
    origin to;
    to.key = key;
    to.own = true;  // nobody asked
    answer(self, to, now(self, event::conversation_left{state.id}), true);
  }
}

void count_those_here(conversation_pointer self) {
  auto& state = self->state;
  if (!is_open(self) || state.here == nullptr) return;
  for (const auto& [user, keys] : state.here->sessions_of)
    state.members.add(person_of(state.here->joined.find(keys.front())->who), state.last);
}

}  // namespace conversing

namespace {

using namespace conversing;

/// Nothing when that user may be in it, else why not.
std::optional<error> shut_out(conversation_pointer self, const participant& user) {
  const auto& state = self->state;
  if (!may_be(self)) return error{errc::not_found, {}, "conversationId"};
  if (!is_open(self) && !state.members.has(user.who->id)) return not_a_member();
  return std::nullopt;
}

void tell_in(conversation_pointer self, session_key who, sequence have) {
  const auto& state = self->state;
  self->send(state.core->network_of(who),
             subscribe{state.topic, who, state.id, state.core->nodes.self(), {}, have, state.rev});
}

void let_in(conversation_pointer self, const enter_conversation& said) {
  auto& state = self->state;
  const auto who = person_of(said.user);
  // Where there are no members, a message is for those who are here: they are counted for its status.
  if (is_open(self)) state.members.add(who, state.last);
  state.members.learn(who);
  auto& here = gather(self);
  if (here.joined.join(said.who, {said.user, {}})) here.sessions_of[said.user.who->id].push_back(said.who);
  tell_in(self, said.who, said.resumed ? said.have : state.last);
}

/// Nobody waits for what became of a resumption. Who is in already stays so, though to enter again came to nothing.
void turn_away(conversation_pointer self, const enter_conversation& said, const error& why) {
  const auto& here = self->state.here;
  if (!said.resumed) fail(self, said.from, why);
  if (here != nullptr && here->joined.find(said.who) != nullptr) return tell_in(self, said.who, self->state.last);
  self->send(self->state.core->network_of(said.who),
             unsubscribe{self->state.topic, said.who, self->state.id, !said.resumed});
}

void enter(conversation_pointer self, const enter_conversation& said) {
  if (const auto why = shut_out(self, said.user)) return turn_away(self, said, *why);
  let_in(self, said);
  if (said.resumed)
    catch_up(self, said.have);
  else
    answer(self, said.from, now(self, event::conversation_joined{self->state.id}), true);
}

void leave(conversation_pointer self, const exit_conversation& said) {
  auto& state = self->state;
  if (state.here != nullptr && state.here->joined.find(said.who) != nullptr) let_go(self, said.who);
  stop_typing(self, said.who);  // one may type without having joined
  if (said.from) answer(self, *said.from, now(self, event::conversation_left{state.id}), true);
}

void note_written(conversation_pointer self, const messages_written& said) {
  for (const auto& user : said.users) mark(self, user, message_status::delivered, said.upto, std::nullopt);
}

// Nobody can be in one that there is not and may not come into being: it would else count as open to all.
void emit(conversation_pointer self, const emit_to_room& said) {
  if (may_be(self)) say_to_concerned(self, said.what, said.except);
}

void work_on(conversation_pointer self, const conversation_data::work& what) {
  if (const auto* entering = std::get_if<enter_conversation>(&what))
    enter(self, *entering);
  else if (const auto* leaving = std::get_if<exit_conversation>(&what))
    leave(self, *leaving);
  else if (const auto* order = std::get_if<conversation_order>(&what))
    obey(self, *order);
  else if (const auto* written = std::get_if<messages_written>(&what))
    note_written(self, *written);
  else
    emit(self, std::get<emit_to_room>(what));
}

void refuse(conversation_pointer self, const conversation_data::work& what, const error& why) {
  if (const auto* entering = std::get_if<enter_conversation>(&what))
    turn_away(self, *entering, why);
  else if (const auto* order = std::get_if<conversation_order>(&what))
    fail(self, order->from, why);
  else if (const auto* leaving = std::get_if<exit_conversation>(&what))
    leave(self, *leaving);  // for that nobody needs to be known
}

/// Who was here with an owner before this one has nobody to try again: they wait until the store answers.
bool is_resumption(const conversation_data::work& what) {
  const auto* entering = std::get_if<enter_conversation>(&what);
  return entering != nullptr && entering->resumed;
}

/// To leave, too, has its turn behind the entering that may wait before it.
bool must_wait(const conversation_data::work& what) {
  return is_resumption(what) || std::holds_alternative<exit_conversation>(what);
}

void on_not_loaded(conversation_pointer self, std::vector<conversation_data::work> waiting, const error& why) {
  auto& state = self->state;
  state.phase = conversation_data::phase::fresh;
  for (auto& each : waiting) {
    if (!is_resumption(each))
      refuse(self, each, why);
    else if (!state.moving)
      state.waiting.push_back(std::move(each));
  }
  // Messages after a conflict wait for it as well.
  if (state.waiting.empty() && state.posts.empty() && state.marks.empty()) return;
  auto again = [self] {
    if (self->state.phase == conversation_data::phase::fresh) load(self);
  };
  const bool somebody_waits = !state.waiting.empty() || !state.posts.empty();
  self->delayed_send(self, somebody_waits ? catch_up_retry : receipts_retry,
                     resumed{std::make_shared<std::function<void()>>(again)});
}

// What those who are in an open conversation have is known here alone, and holds as long as nobody else has written.
void take_over(conversation_pointer self, const conversation& kept) {
  auto& state = self->state;
  const bool as_known = state.exists && is_open(self) && kept.type == state.type && kept.last == state.last;
  state.exists = true;
  state.type = kept.type;
  state.last = kept.last;
  state.rev = std::max(state.rev, kept.rev);
  state.created_at = kept.created_at;
  if (as_known) return;
  state.members.reset(kept.members);
  count_those_here(self);
  evict_strangers(self);
}

void on_loaded(conversation_pointer self, const result<std::optional<conversation>>& found) {
  auto& state = self->state;
  if (std::exchange(state.in_doubt, false)) {
    state.phase = conversation_data::phase::fresh;
    return load(self);
  }
  auto waiting = std::exchange(state.waiting, {});
  if (!found) return on_not_loaded(self, std::move(waiting), found.failure());
  state.phase = conversation_data::phase::ready;
  const auto said = state.last;
  if (*found) take_over(self, **found);
  // What another writer wrote, those who are here may not have heard.
  if (state.here != nullptr && !state.here->joined.empty()) catch_up(self, said);
  for (const auto& each : waiting) work_on(self, each);
  flush(self);
}

bool is_busy(conversation_pointer self) {
  const auto& state = self->state;
  return has_work_under_way(self) ||
         (state.here != nullptr && !(state.here->typing.empty() && state.here->joined.empty()));
}

// Whoever asks of conversations that there are not shall not fill the memory with them.
void retire_if_unknown(conversation_pointer self) {
  const auto& state = self->state;
  if (state.exists || state.moving || state.phase != conversation_data::phase::ready || is_busy(self)) return;
  self->send(state.registry, conversation_idle{state.id, state.passed_seen});
}

void receive(conversation_pointer self, conversation_data::work what) {
  auto& state = self->state;
  ++state.passed_seen;
  if (state.phase == conversation_data::phase::fresh) load(self);
  if (state.phase == conversation_data::phase::ready) {
    work_on(self, what);
    retire_if_unknown(self);
  } else if (state.waiting.size() >= state.settings->messages_waiting && !must_wait(what)) {
    refuse(self, what, {errc::overloaded, {}, {}});
  } else {
    state.waiting.push_back(std::move(what));
  }
}

// Nobody has spoken of it for a while: it goes when nobody is here, unless somebody is on the way.
void consider_retiring(conversation_pointer self) {
  auto& state = self->state;
  state.members.forget();
  if (is_busy(self)) return;
  state.here = nullptr;
  self->send(state.registry, conversation_idle{state.id, state.passed_seen});
}

void on_tick(conversation_pointer self, const conversation_tick& said) {
  auto& state = self->state;
  if (said.round != state.tick_round) return;
  state.tick_due = {};
  if (state.here == nullptr) return;
  for (auto& each : state.here->typing.expire(state.settings->now())) tell_typing_ended(self, each);
  if (const auto next = state.here->typing.next()) schedule(self, *next);
  retire_if_unknown(self);
}

// Who was on a node that is gone has left.
void on_core_changed(conversation_pointer self, const core_changed& said) {
  auto& state = self->state;
  state.core = said.now;
  if (state.here == nullptr) return;
  for (const auto key : state.here->joined.beyond(state.core->nodes)) let_go(self, key);
}

}  // namespace

namespace conversing {

void load(conversation_pointer self) {
  auto& state = self->state;
  if (state.core->store == nullptr) {
    state.phase = conversation_data::phase::ready;
    return;
  }
  if (state.phase == conversation_data::phase::loading) {
    state.in_doubt = true;
    return;
  }
  state.phase = conversation_data::phase::loading;
  state.core->store->read(
      self, [id = state.id](store& on) { return on.find_conversation(id); },
      [self](const result<std::optional<conversation>>& found) { on_loaded(self, found); });
}

}  // namespace conversing

conversation_hdl::behavior_type conversation_actor(conversation_pointer self, conversation_id id, settings_ptr settings,
                                                   core_ptr core, registry_hdl registry) {
  auto& state = self->state;
  state.topic = topic_of(id);
  state.id = std::move(id);
  state.ids = uuid_v7_generator{settings->seed()};
  state.settings = std::move(settings);
  state.core = std::move(core);
  state.registry = std::move(registry);
  return {
      [self](const enter_conversation& said) { receive(self, said); },
      [self](const exit_conversation& said) { receive(self, said); },
      [self](const conversation_order& said) { receive(self, said); },
      [self](const messages_written& said) { receive(self, said); },
      [self](const emit_to_room& said) { receive(self, said); },
      [self](const resumed& said) {
        (*said.then)();
        move_out_when_done(self);
        retire_if_unknown(self);
      },
      [self](const conversation_tick& said) { on_tick(self, said); },
      [self](const conversation_silent&) { consider_retiring(self); },
      [self](const retire_granted&) { self->quit(); },
      [self](const rehomed&) { on_rehomed(self); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
