#include <utility>

#include "actors/presence.hpp"
#include "actors/registry_parts.hpp"

namespace parley::registering {
namespace {

/// What a message to a user comes to when nobody is there. One overload per message.
class absentee {
 public:
  absentee(registry_pointer self, const user_id& who) : self_{self}, who_{who} {}

  void operator()(const tell_user& said) const { fail(said.answer); }
  void operator()(const tell_call& said) const {
    if (!said.incoming) return;
    if (said.from.key.value != 0) fail(said.from);
    const auto& step = std::get<event::call_relayed>(said.what->body);
    if (step.step == command::call_step::offer)
      self_->send(self_->state.core->registry_for(step.from.id.str()),
                  registry_user{step.from.id, end_of_call(step, {who_, {}}, self_->state.settings->now())});
  }
  void operator()(const detach_session&) const {}
  void operator()(const tell_own_sessions& said) const {
    if (said.answer.key.value != 0) answer(self_, said.answer, event::users_notified{});
  }
  void operator()(const attach_session&) const {}

 private:
  void fail(const origin& to) const { answer(self_, to, event::command_failed{{errc::user_offline, {}, "to"}}); }

  registry_pointer self_;
  const user_id& who_;
};

using presence_entry = registry_data::presence_entry;

/// Of a key, with its node: sessions of two nodes may have the same number.
std::uint64_t mark_of(session_key key) { return key.value ^ std::uint64_t{key.node} * 0x9E3779B97F4A7C15; }

bool has_only(const presence_entry& user, session_key key) { return user.sessions == 1 && user.keys == mark_of(key); }

/// Said to all sessions of a user but one, where that one is the only one.
bool for_nobody(const registry_user& said, const presence_entry& user) {
  const auto* own = std::get_if<tell_own_sessions>(&said.what);
  return own != nullptr && own->except.size() == 1 && has_only(user, own->except.front());
}

// Most users have one session, and many of them are known here, too: then nobody needs to be asked about it.
void note_sender(const registry_data& state, tell_user& said) {
  const auto sender = state.presences.find(said.from.who->id);
  said.only_here =
      !state.moves.under_way() && sender != state.presences.end() && has_only(sender->second, said.answer.key);
}

void count_sessions(const registry_user& said, presence_entry& user) {
  if (const auto* came = std::get_if<attach_session>(&said.what)) {
    ++user.passed;
    ++user.sessions;
    user.keys ^= mark_of(came->who);
  } else if (const auto* went = std::get_if<detach_session>(&said.what); went != nullptr && user.sessions > 0) {
    --user.sessions;
    user.keys ^= mark_of(went->key);
  }
}

// Most users are spoken to rarely, and many never: until then what their first session said waits for an actor to say
// it to.
void wake(registry_pointer self, const user_id& user, presence_entry& presence) {
  if (presence.actor) return;
  auto& state = self->state;
  presence.actor =
      self->spawn(presence_actor, user, state.settings, state.core, registry_hdl{self}, *std::move(presence.first));
  presence.first.reset();
  self->monitor(presence.actor);
}

void note_arrival(registry_pointer self, presence_entry& presence, attach_session& came) {
  auto& state = self->state;
  if (came.confirm) self->send(state.core->network_of(came.who), session_attached{came.who, came.user.who->id});
  self->send(state.core->directory, user_arrived{came.user, came.who});
  presence.first = std::make_unique<attach_session>(std::move(came));
}

}  // namespace

void answer(registry_pointer self, const origin& to, any_event what, bool emit) {
  const auto& state = self->state;
  self->send(state.core->network_of(to.key), outcome{to, make_event(state.settings->now(), std::move(what)), emit});
}

void take(registry_pointer self, registry_user& said) {
  auto& state = self->state;
  auto* came = std::get_if<attach_session>(&said.what);
  const auto found = state.presences.find(said.user);
  if (found == state.presences.end()) {
    if (came == nullptr) return std::visit(absentee{self, said.user}, said.what);
    auto& presence = state.presences[said.user];
    count_sessions(said, presence);
    return note_arrival(self, presence, *came);
  }
  auto& presence = found->second;
  if (for_nobody(said, presence)) return;
  wake(self, said.user, presence);
  count_sessions(said, presence);
  if (auto* told = std::get_if<tell_user>(&said.what)) note_sender(state, *told);
  std::visit([&](auto& what) { self->send(presence.actor, std::move(what)); }, said.what);
}

void on_core_changed(registry_pointer self, const user_id& user, presence_entry& presence, const core& before) {
  const auto& now = self->state.core;
  if (before.directory != now->directory) self->send(now->directory, user_arrived{presence.first->user, {}, true});
  if (now->nodes.has(presence.first->who.node)) return;
  wake(self, user, presence);
  self->send(presence.actor, core_changed{now});
}

}  // namespace parley::registering
