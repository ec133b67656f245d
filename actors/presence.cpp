#include "actors/presence.hpp"

#include <map>
#include <utility>

namespace parley {
namespace {

/// One message to each shard that has sessions of this user.
void say(presence_pointer self, const event_ptr& what, session_key except) {
  std::map<std::uint8_t, std::pair<network_hdl, std::vector<session_key>>> shards;
  for (const auto& session : self->state.sessions.sessions()) {
    auto& shard = shards[session.key.shard()];
    shard.first = session.network;
    shard.second.push_back(session.key);
  }
  for (auto& [index, shard] : shards)
    self->send(shard.first,
               deliver{std::make_shared<const delivery>(delivery{what, to_sessions{std::move(shard.second)}, except})});
}

void on_attach(presence_pointer self, const attach_session& said) {
  auto& state = self->state;
  self->demonitor(state.registry.address());
  if (state.sessions.attach(said.who, said.user) == presence_state::arrival::came_online)
    self->send(state.core->directory, user_arrived{said.user, said.who.key, false});
}

void on_detach(presence_pointer self, const detach_session& said) {
  auto& state = self->state;
  if (const auto round = state.sessions.detach(said.key, said.topics))
    self->delayed_send(self, state.settings->presence_grace, grace_over{*round});
}

void on_grace_over(presence_pointer self, const grace_over& said) {
  auto& state = self->state;
  if (!state.sessions.grace_over(said.round)) return;
  self->send(state.core->directory, user_departed{state.sessions.user(), state.sessions.last_topics()});
  self->monitor(state.registry);  // one that is gone cannot let this actor go
  self->send(state.registry, presence_idle{state.user, state.sessions.attaches_seen()});
}

event::message_posted private_message(presence_pointer self, const tell_user& said) {
  auto& state = self->state;
  return {.id = message_id{state.ids.next(state.settings->now())},
          .from = said.from,
          .text = said.text,
          .scope = event::scope::user,
          .to_json = state.sessions.user().who->id_json};
}

void on_tell(presence_pointer self, const tell_user& said) {
  auto& state = self->state;
  const auto at = state.settings->now();
  const auto answer = [&](any_event what) {
    self->send(said.sender.network,
               outcome{said.answer, std::make_shared<const domain_event>(domain_event{at, std::move(what)}), false});
  };
  if (state.sessions.sessions().empty()) {
    answer(event::command_failed{{errc::user_offline, {}, "to"}});
    return;
  }
  auto posted = private_message(self, said);
  say(self, make_event(at, posted), {});
  posted.copy = true;
  const auto& sender = said.from.who->id;
  if (sender != state.user)
    self->send(state.core->registry_for(sender.str()),
               registry_user{sender, tell_own_sessions{make_event(at, posted), said.sender.key}});
  answer(std::move(posted));
}

void on_core_changed(presence_pointer self, const core_changed& said) {
  auto& state = self->state;
  const bool other_directory = state.core->directory != said.now->directory;
  state.core = said.now;
  if (other_directory && state.sessions.online())
    self->send(state.core->directory, user_arrived{state.sessions.user(), {}, true});
}

}  // namespace

presence_hdl::behavior_type presence_actor(presence_pointer self, user_id user, settings_ptr settings, core_ptr core,
                                           registry_hdl registry) {
  auto& state = self->state;
  state.user = std::move(user);
  state.ids = uuid_v7_generator{settings->seed()};
  state.settings = std::move(settings);
  state.core = std::move(core);
  state.registry = std::move(registry);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  return {
      [self](const attach_session& said) { on_attach(self, said); },
      [self](const detach_session& said) { on_detach(self, said); },
      [self](const tell_user& said) { on_tell(self, said); },
      [self](const tell_own_sessions& said) { say(self, said.what, said.except); },
      [self](const grace_over& said) { on_grace_over(self, said); },
      [self](const retire_granted&) { self->quit(); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
