#include "actors/directory.hpp"

#include <utility>

#include "actors/people.hpp"

namespace parley {
namespace {

void say(directory_pointer self, event_ptr what, addressees to, session_key except) {
  const auto it = std::make_shared<const delivery>(delivery{std::move(what), std::move(to), but_for(except)});
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
  if (!users.arrive(said.user) || said.known) return;
  const auto what = now(self, event::user_came_online{said.user, users.count()});
  if (few_enough(self, users.count()))
    say(self, what, to_all{}, said.except);
  else
    say(self, what, to_acquaintances{said.user.who->id, {}}, said.except);
}

void remember_last_seen(directory_pointer self, const identity& who, timestamp at) {
  if (self->state.core->store == nullptr) return;
  self->state.leaving[who.id] = at;
  // Nobody waits for it; what could not be written is written when they leave the next time.
  self->state.core->store->write(
      self, [who = person{who.id, who.id_json}, at](store& on) { on.put_last_seen(who, at); },
      [self, id = who.id, at](const result<nothing>&) {
        const auto found = self->state.leaving.find(id);
        if (found != self->state.leaving.end() && found->second == at) self->state.leaving.erase(found);
      });
}

// Where many are online, only those are told who shared a room with the user, or watch them.
void on_departed(directory_pointer self, const user_departed& said) {
  auto& users = self->state.users;
  if (!users.depart(said.user.who->id)) return;
  const auto at = self->state.settings->now();
  auto what = now(self, event::user_went_offline{said.user, users.count(), at});
  remember_last_seen(self, *said.user.who, at);
  if (few_enough(self, users.count()))
    say(self, std::move(what), to_all{}, {});
  else
    say(self, std::move(what), to_acquaintances{said.user.who->id, said.topics}, {});
}

std::size_t notify_one(directory_pointer self, const notify_users& said) {
  if (!self->state.users.has(said.user)) return 0;
  self->send(self->state.core->registry_for(said.user.str()), registry_user{said.user, tell_own_sessions{said.what}});
  return 1;
}

// For a role see notify_role: only the shards know whom that reaches.
void on_notify(directory_pointer self, const notify_users& said) {
  const auto& notified = std::get<event::notified>(said.what->body);
  const auto& users = self->state.users;
  std::size_t count = 0;
  if (notified.reach == event::reach::user) {
    count = notify_one(self, said);
  } else {
    count = users.count();
    say(self, said.what, to_all{}, {});
  }
  self->send(said.who.network, outcome{said.from, now(self, event::users_notified{count}), false});
}

}  // namespace

bool directory_data::is_repeated(const std::string& key) {
  if (key.empty()) return false;
  if (!keys.insert(key).second) return true;
  keys_by_age.push_back(key);
  if (keys_by_age.size() > max_remembered_keys) {
    keys.erase(keys_by_age.front());
    keys_by_age.pop_front();
  }
  return false;
}

directory_hdl::behavior_type directory_actor(directory_pointer self, settings_ptr settings) {
  self->state.settings = std::move(settings);
  return {
      [self](const user_arrived& said) { on_arrived(self, said); },
      [self](const user_changed& said) { self->state.users.change(said.user); },
      [self](const user_departed& said) { on_departed(self, said); },
      [self](const list_users& said) {
        self->send(said.who.network,
                   outcome{said.from, now(self, self->state.users.list(self->state.settings->listed_users)), true});
      },
      [self](const summarize_users& said) {
        self->send(
            said.who.network,
            outcome{said.from, now(self, self->state.users.summarize(self->state.settings->listed_users)), true});
      },
      [self](const notify_users& said) { on_notify(self, said); },
      [self](const announce_to_all& said) { say(self, said.what, to_all{}, {}); },
      [self](const people_order& said) { on_people(self, said); },
      [](const resumed& said) { (*said.then)(); },
      [self](const core_changed& said) { self->state.core = said.now; },
  };
}

}  // namespace parley
