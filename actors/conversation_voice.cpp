#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

bool left_out(const std::vector<user_id>& except, const user_id& who) {
  return std::find(except.begin(), except.end(), who) != except.end();
}

void say_to_chat(conversation_pointer self, const event_ptr& what, const std::vector<user_id>& except) {
  delivery made{what, to_all{}};
  made.except_users = except;
  made.unless = self->state.topic;
  made.only = {dialects::dialect_id::chat};
  send_everywhere(self, *self->state.core, deliver{std::make_shared<const delivery>(std::move(made))});
}

}  // namespace

event_ptr now(conversation_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

void answer(conversation_pointer self, origin to, event_ptr what, bool emit) {
  const auto& network = self->state.core->network_of(to.key);
  self->send(network, outcome{std::move(to), std::move(what), emit});
}

void fail(conversation_pointer self, origin to, error reason) {
  answer(self, std::move(to), now(self, event::command_failed{std::move(reason)}));
}

void say_here(conversation_pointer self, const event_ptr& what, std::vector<session_key> except, bool reports) {
  const auto& here = self->state.here;
  if (here == nullptr || here->joined.empty()) return;
  delivery made{what, to_topics{{self->state.topic}}, std::move(except)};
  made.reports = reports;
  const auto it = std::make_shared<const delivery>(std::move(made));
  for (const auto& [place, count] : here->joined.places()) self->send(self->state.core->network_of(place), deliver{it});
}

std::vector<session_key> sessions_of(conversation_pointer self, const user_id& who) {
  const auto& here = self->state.here;
  if (here == nullptr) return {};
  const auto found = here->sessions_of.find(who);
  return found == here->sessions_of.end() ? std::vector<session_key>{} : found->second;
}

void say_to_member(conversation_pointer self, const user_id& who, const event_ptr& what, bool reports) {
  self->send(self->state.core->registry_for(who.str()),
             registry_user{who, tell_own_sessions{what, sessions_of(self, who), reports}});
}

void say_unread(conversation_pointer self, const unread_count& what) {
  const auto told = now(self, event::unread_changed{self->state.id, what.unread, what.read});
  self->send(self->state.core->registry_for(what.who.str()), registry_user{what.who, tell_own_sessions{told}});
}

void say_to_concerned(conversation_pointer self, const event_ptr& what, const std::vector<user_id>& except,
                      bool reports) {
  std::vector<session_key> keys;
  for (const auto& each : except)
    for (const auto key : sessions_of(self, each)) keys.push_back(key);
  say_here(self, what, std::move(keys), reports);
  if (is_open(self)) return say_to_chat(self, what, except);
  for (const auto& [id, is] : self->state.members.members())
    if (!left_out(except, id)) say_to_member(self, id, what, reports);
}

}  // namespace parley::conversing
