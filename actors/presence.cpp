#include "actors/presence.hpp"

#include <algorithm>
#include <utility>

namespace parley {
namespace {

const network_hdl& network_of(presence_pointer self, session_key key) { return self->state.core->network_of(key); }

/// One message to each shard, or other node, that has sessions of this user.
void say(presence_pointer self, const event_ptr& what, const std::vector<session_key>& except = {},
         bool reports = false) {
  std::vector<std::pair<const network_hdl*, std::shared_ptr<delivery>>> parts;
  for (const auto key : self->state.sessions.sessions()) {
    if (std::find(except.begin(), except.end(), key) != except.end()) continue;
    const auto* network = &network_of(self, key);
    auto part = std::find_if(parts.begin(), parts.end(), [&](const auto& each) { return each.first == network; });
    if (part == parts.end()) {
      part = parts.emplace(part, network, std::make_shared<delivery>(delivery{what, to_sessions{}}));
      part->second->reports = reports;
    }
    std::get<to_sessions>(part->second->to).keys.push_back(key);
  }
  for (auto& [network, part] : parts) self->send(*network, deliver{std::move(part)});
}

void on_attach(presence_pointer self, const attach_session& said) {
  auto& state = self->state;
  if (said.confirm) self->send(network_of(self, said.who), session_attached{said.who, self->state.user});
  switch (state.sessions.attach(said.who, said.user, said.hears_private)) {
    case presence_state::arrival::came_online:
      return self->send(state.core->directory, user_arrived{state.sessions.user(), said.who});
    case presence_state::arrival::changed:
      return self->send(state.core->directory, user_changed{state.sessions.user()});
    case presence_state::arrival::silent:
      return;
  }
}

void on_detach(presence_pointer self, const detach_session& said) {
  auto& state = self->state;
  const auto gone = state.sessions.detach(said.key, said.topics);
  if (gone.grace) self->delayed_send(self, state.settings->presence_grace, grace_over{*gone.grace});
  if (gone.changed) self->send(state.core->directory, user_changed{state.sessions.user()});
}

event::message_posted private_message(presence_pointer self, tell_user& said) {
  auto& state = self->state;
  return {.id = message_id{state.ids.next(state.settings->now())},
          .from = said.from,
          .text = std::move(said.text),
          .scope = event::scope::user,
          .to_json = state.sessions.user().who->id_json};
}

/// A private message as its sender's sessions get it.
event_ptr copy_of(const event_ptr& posted) {
  auto copy = *posted;
  std::get<event::message_posted>(copy.body).copy = true;
  return std::make_shared<const domain_event>(std::move(copy));
}

void on_tell(presence_pointer self, tell_user& said) {
  auto& state = self->state;
  const auto at = state.settings->now();
  const auto answer = [&](event_ptr what) {
    const auto& network = network_of(self, said.answer.key);
    self->send(network, outcome{std::move(said.answer), std::move(what), false});
  };
  if (!state.sessions.hears_private()) {
    answer(make_event(at, event::command_failed{{errc::user_offline, {}, "to"}}));
    return;
  }
  auto posted = make_event(at, private_message(self, said));
  say(self, posted);
  const auto& sender = said.from.who->id;
  if (sender != state.user && !said.only_here)
    self->send(state.core->registry_for(sender.str()),
               registry_user{sender, tell_own_sessions{posted, but_for(said.answer.key), false, true}});
  // Where nobody asked, the outcome only tells that it is done.
  const bool asked = said.answer.ack || !said.answer.plain_id.empty();
  answer(asked ? copy_of(posted) : std::move(posted));
}

void on_tell_own(presence_pointer self, const tell_own_sessions& said) {
  say(self, said.as_copy ? copy_of(said.what) : said.what, said.except, said.reports);
  if (said.answer.key.value == 0) return;
  const auto sessions = self->state.sessions.sessions().size();
  const event::users_notified reached{sessions > 0 ? std::size_t{1} : std::size_t{0}, sessions};
  self->send(network_of(self, said.answer.key), outcome{said.answer, make_event(self->state.settings->now(), reached)});
}

// -- calls -----------------------------------------------------------------------------------------------------------

void say_call(presence_pointer self, const event::call_relayed& about, event::call_state now, const user_id& to,
              const person& from, const person& of) {
  const auto what = make_event(self->state.settings->now(), event::call_changed{about.in, about.call, now, from, of});
  self->send(self->state.core->registry_for(to.str()), registry_user{to, tell_own_sessions{what}});
}

person me(presence_pointer self) { return person_of(self->state.sessions.user()); }

// Whoever called is told by an event; this is for their line.
void free_caller(presence_pointer self, const event::call_relayed& offer) {
  auto& state = self->state;
  self->send(state.core->registry_for(offer.from.id.str()),
             registry_user{offer.from.id, end_of_call(offer, me(self), state.settings->now())});
}

// The user's other devices would go on ringing.
void stop_ringing(presence_pointer self, const event::call_relayed& step, session_key except, const char* why) {
  say(self,
      make_event(self->state.settings->now(),
                 event::call_relayed{step.in, command::call_step::hangup, step.call, me(self), why}),
      but_for(except));
}

void ring(presence_pointer self, const tell_call& said, const event::call_relayed& offer) {
  auto& state = self->state;
  say(self, said.what);
  say(self, make_event(state.settings->now(),
                       event::call_changed{offer.in, offer.call, event::call_state::ringing, offer.from, me(self)}));
  state.phone->offer = offer;
  self->delayed_send(self, state.settings->call_timeout, call_timeout{state.phone->line.round()});
}

// Whoever was in a call and is gone may not have been able to say so. A call goes on without the server, though, so
// that its end is not told before somebody else calls.
void free_abandoned_line(presence_pointer self, const call_line::call& for_call) {
  auto& phone = *self->state.phone;
  if (!phone.line.busy() || phone.line.is_in(for_call)) return;
  const auto& here = self->state.sessions.sessions();
  if (phone.by.value == 0 || std::find(here.begin(), here.end(), phone.by) != here.end()) return;
  phone.line.free();
  phone.by = {};
}

void note_who(telephone& phone, const tell_call& said, call_line::verdict what) {
  if (what == call_line::verdict::called || what == call_line::verdict::answered) phone.by = said.from.key;
  if (!phone.line.busy()) phone.by = {};
}

call_line::verdict take_step(presence_pointer self, const tell_call& said, const event::call_relayed& step) {
  auto& phone = self->state.phone;
  if (!phone) phone = std::make_unique<telephone>();
  const call_line::call about{step.in, step.call};
  if (said.incoming && step.step == command::call_step::offer) free_abandoned_line(self, about);
  const auto verdict = phone->line.take(step.step, about, said.peer.id, said.incoming);
  note_who(*phone, said, verdict);
  return verdict;
}

// Both ends of a call keep account of it: the caller's presence of what went out, the callee's of what came in.
void on_call(presence_pointer self, const tell_call& said) {
  auto& state = self->state;
  const auto& step = std::get<event::call_relayed>(said.what->body);
  if (said.incoming && said.from.key.value != 0)
    self->send(network_of(self, said.from.key), outcome{said.from, said.what, false});
  switch (take_step(self, said, step)) {
    case call_line::verdict::ring:
      return ring(self, said, step);
    case call_line::verdict::busy:
      say_call(self, step, event::call_state::busy, said.peer.id, said.peer, me(self));
      return free_caller(self, step);
    case call_line::verdict::called:
      // For the case that the other end is gone, and never says how the call ended.
      return self->delayed_send(self, 2 * state.settings->call_timeout, call_timeout{state.phone->line.round()});
    case call_line::verdict::answered:
      return stop_ringing(self, step, said.from.key, R"({"reason":"answered_elsewhere"})");
    case call_line::verdict::declined:
      return stop_ringing(self, step, said.from.key, R"({"reason":"declined_elsewhere"})");
    case call_line::verdict::relay:
      return say(self, said.what);
    case call_line::verdict::note:
      return;
  }
}

// The call that rings here, if one does, was not answered.
void give_up_ringing(presence_pointer self, std::uint64_t round) {
  auto& state = self->state;
  auto& phone = *state.phone;
  if (phone.line.unanswered(round) != call_line::lapse::callee) return;
  const auto& offer = phone.offer;
  const auto what =
      make_event(state.settings->now(),
                 event::call_changed{offer.in, offer.call, event::call_state::no_answer, offer.from, me(self)});
  say(self, what);
  self->send(state.core->registry_for(offer.from.id.str()), registry_user{offer.from.id, tell_own_sessions{what}});
  free_caller(self, offer);
}

void on_grace_over(presence_pointer self, const grace_over& said) {
  auto& state = self->state;
  if (!state.sessions.grace_over(said.round)) return;
  if (state.phone) give_up_ringing(self, state.phone->line.round());
  self->send(state.core->directory,
             user_departed{state.sessions.user(), state.sessions.last_topics(), state.settings->now()});
  self->send(state.registry, presence_idle{state.user, state.sessions.attaches_seen()});
}

void on_core_changed(presence_pointer self, const core_changed& said) {
  auto& state = self->state;
  const bool other_directory = state.core->directory != said.now->directory;
  state.core = said.now;
  if (other_directory && state.sessions.online())
    self->send(state.core->directory, user_arrived{state.sessions.user(), {}, true});
  // Sessions end with their node.
  for (const auto key : state.sessions.beyond(state.core->nodes)) on_detach(self, {key, {}});
}

}  // namespace

tell_call end_of_call(const event::call_relayed& offer, const person& by, timestamp at) {
  return {make_event(at, event::call_relayed{offer.in, command::call_step::hangup, offer.call, by, {}}), false, by, {}};
}

presence_hdl::behavior_type presence_actor(presence_pointer self, user_id user, settings_ptr settings, core_ptr core,
                                           registry_hdl registry, attach_session first) {
  auto& state = self->state;
  state.user = std::move(user);
  state.ids = uuid_v7_generator{settings->seed()};
  state.settings = std::move(settings);
  state.core = std::move(core);
  state.registry = std::move(registry);
  state.sessions.attach(first.who, std::move(first.user), first.hears_private);
  return {
      // The frequent ones first: they are tried in turn.
      [self](tell_user& said) {
        on_tell(self, said);
        return no_answer{};
      },
      [self](const tell_own_sessions& said) { on_tell_own(self, said); },
      [self](const attach_session& said) {
        on_attach(self, said);
        return no_answer{};
      },
      [self](const detach_session& said) { on_detach(self, said); },
      [self](const tell_call& said) { on_call(self, said); },
      [self](const call_timeout& said) { give_up_ringing(self, said.round); },
      [self](const grace_over& said) { on_grace_over(self, said); },
      [self](const retire_granted&) { self->quit(); },
      [self](const rehomed&) { self->quit(); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
