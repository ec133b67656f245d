#include "actors/directory.hpp"

#include <utility>

namespace parley {
namespace {

void say(directory_pointer self, event_ptr what, addressees to, session_key except) {
  const auto it = std::make_shared<const delivery>(delivery{std::move(what), std::move(to), except});
  for (const auto& network : self->state.core->networks) self->send(network, deliver{it});
}

event_ptr now(directory_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

bool few_enough(directory_pointer self, std::size_t online) {
  return online < self->state.settings->presence_broadcast_limit;
}

void on_arrived(directory_pointer self, const user_arrived& said) {
  auto& users = self->state.users;
  if (!users.arrive(said.user) || said.known || !few_enough(self, users.count())) return;
  say(self, now(self, event::user_came_online{said.user, users.count()}), to_all{}, said.except);
}

// Where many are online, only those who shared a room with the user are told.
void on_departed(directory_pointer self, const user_departed& said) {
  auto& users = self->state.users;
  if (!users.depart(said.user.who->id)) return;
  auto what = now(self, event::user_went_offline{said.user, users.count()});
  if (few_enough(self, users.count()))
    say(self, std::move(what), to_all{}, {});
  else if (!said.topics.empty())
    say(self, std::move(what), to_topics{said.topics}, {});
}

std::size_t notify_one(directory_pointer self, const notify_users& said) {
  if (!self->state.users.has(said.user)) return 0;
  self->send(self->state.core->registry_for(said.user.str()),
             registry_user{said.user, tell_own_sessions{said.what, {}}});
  return 1;
}

void on_notify(directory_pointer self, const notify_users& said) {
  const auto& notified = std::get<event::notified>(said.what->body);
  const auto& users = self->state.users;
  std::size_t count = 0;
  switch (notified.reach) {
    case event::reach::user:
      count = notify_one(self, said);
      break;
    case event::reach::role:
      count = users.count_role(notified.role);
      say(self, said.what, to_role{notified.role}, {});
      break;
    case event::reach::all:
      count = users.count();
      say(self, said.what, to_all{}, {});
      break;
  }
  self->send(said.who.network, outcome{said.from, now(self, event::users_notified{count}), false});
}

}  // namespace

directory_hdl::behavior_type directory_actor(directory_pointer self, settings_ptr settings) {
  self->state.settings = std::move(settings);
  return {
      [self](const user_arrived& said) { on_arrived(self, said); },
      [self](const user_departed& said) { on_departed(self, said); },
      [self](const list_users& said) {
        self->send(said.who.network,
                   outcome{said.from, now(self, event::users_listed{self->state.users.list()}), true});
      },
      [self](const summarize_users& said) {
        self->send(said.who.network, outcome{said.from, now(self, self->state.users.summarize()), true});
      },
      [self](const notify_users& said) { on_notify(self, said); },
      [self](const announce_to_all& said) { say(self, said.what, to_all{}, {}); },
      [self](const core_changed& said) { self->state.core = said.now; },
  };
}

}  // namespace parley
