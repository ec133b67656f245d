#include "actors/directory.hpp"

#include <utility>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/people.hpp"

namespace parley {
namespace {

/// After so long what another node writes to the store has been written, or will not be.
constexpr std::chrono::seconds written_for_sure{10};

/// After so long the sessions of users whose home is another have told it of them.
constexpr std::chrono::milliseconds told_again_for_sure{1000};

void say_to_all(directory_pointer self, event_ptr what) {
  send_everywhere(self, *self->state.core,
                  deliver{std::make_shared<const delivery>(delivery{std::move(what), to_all{}})});
}

/// What the presences of this node say goes to the directories of all others, too. Returns the home it is said of.
template <class Message>
std::uint32_t pass_on(directory_pointer self, const Message& said) {
  const auto& core = *self->state.core;
  const auto own = core.nodes.self();
  if (said.home != 0 && said.home != own) return said.home;
  if (core.peers.empty()) return own;
  auto copy = said;
  copy.home = own;
  for (const auto& peer : core.peers) self->send(peer.directory, copy);
  return own;
}

event_ptr now(directory_pointer self, any_event what) {
  return std::make_shared<const domain_event>(domain_event{self->state.settings->now(), std::move(what)});
}

/// To the sessions of this node; `only`: those that hear one of these dialects.
void say(directory_pointer self, any_event what, session_key except, dialects::dialect_set only = {}) {
  auto made = std::make_shared<delivery>(delivery{now(self, std::move(what)), to_all{}, but_for(except)});
  made->only = only;
  const std::shared_ptr<const delivery> it = std::move(made);
  for (const auto& network : self->state.core->networks) self->send(network, deliver{it});
}

// Most come and go without anybody watching them: that wakes no shard.
void say_to_acquaintances(directory_pointer self, any_event what, to_acquaintances to, session_key except) {
  const auto& networks = self->state.core->networks;
  const auto hears = [self, had_rooms = !to.topics.empty()](std::size_t shard) {
    return had_rooms || !self->state.unwatching.test(shard);
  };
  std::size_t shard = 0;
  while (shard < networks.size() && !hears(shard)) ++shard;
  if (shard == networks.size()) return;
  const deliver said{
      std::make_shared<const delivery>(delivery{now(self, std::move(what)), std::move(to), but_for(except)})};
  for (; shard < networks.size(); ++shard)
    if (hears(shard)) self->send(networks[shard], said);
}

void answer(directory_pointer self, const origin& to, any_event what) {
  self->send(self->state.core->network_of(to.key), outcome{to, now(self, std::move(what)), true});
}

bool few_enough(directory_pointer self, std::size_t online) {
  return online < self->state.settings->presence_broadcast_limit;
}

/// In chat, while few are online: who is, now that this has changed.
void say_list(directory_pointer self, session_key except) {
  const auto& state = self->state;
  if (state.users.count() > state.settings->users_list_broadcast) return;
  say(self, event::people_listed{state.users.list(state.settings->listed_users).users}, except,
      {dialects::dialect_id::chat});
}

void on_arrived(directory_pointer self, const user_arrived& said) {
  auto& users = self->state.users;
  const auto home = pass_on(self, said);
  if (!users.arrive(said.user, home) || said.known) return;
  const event::user_came_online what{said.user, users.count()};
  if (few_enough(self, users.count()))
    say(self, what, said.except);
  else
    say_to_acquaintances(self, what, {said.user.who->id, {}}, said.except);
  say_list(self, said.except);
}

// Chat shows names, and who is away as offline: there, a change is told as one comes and goes.
void on_changed(directory_pointer self, const user_changed& said) {
  const auto home = pass_on(self, said);
  const auto before = self->state.users.change(said.user, home);
  const bool renamed = before.who && before.who->username != said.user.who->username;
  if (!renamed && (!before.who || before.away == said.user.away)) return;
  if (before.away && said.user.away) return;
  const event::self_announced what{said.user, !said.user.away};
  if (few_enough(self, self->state.users.count()))
    say(self, what, {}, {dialects::dialect_id::chat});
  else
    say_to_acquaintances(self, what, {said.user.who->id, {}}, {});
  say_list(self, {});
}

/// One node writes it down; the others remember it until that is done for sure.
void remember_last_seen(directory_pointer self, const identity& who, timestamp at, bool write) {
  if (self->state.core->store == nullptr) return;
  self->state.leaving[who.id] = at;
  const auto forget = [self, id = who.id, at] {
    const auto found = self->state.leaving.find(id);
    if (found != self->state.leaving.end() && found->second == at) self->state.leaving.erase(found);
  };
  if (!write) {
    self->delayed_send(self, written_for_sure, resumed{std::make_shared<std::function<void()>>(forget)});
    return;
  }
  // Nobody waits for it; what could not be written is written when they leave the next time.
  self->state.core->store->write(
      self, [who = person{who.id, who.id_json}, at](store& on) { on.put_last_seen(who, at); },
      [forget](const result<nothing>&) { forget(); });
}

// Where many are online, only those are told who shared a room with the user, or watch them.
void say_departed(directory_pointer self, const participant& user, const std::vector<topic_id>& topics, timestamp at) {
  const auto count = self->state.users.count();
  const event::user_went_offline what{user, count, at};
  if (few_enough(self, count))
    say(self, what, {});
  else
    say_to_acquaintances(self, what, {user.who->id, topics}, {});
  say_list(self, {});
}

void on_departed(directory_pointer self, const user_departed& said) {
  const auto home = pass_on(self, said);
  if (!self->state.users.depart(said.user.who->id, home)) return;
  remember_last_seen(self, *said.user.who, said.at, home == self->state.core->nodes.self());
  say_departed(self, said.user, said.topics, said.at);
}

// -- for everybody ---------------------------------------------------------------------------------------------------

void announce(directory_pointer self, const announce_to_all& said) {
  say_to_all(self, said.what);
  if (said.from.key.value != 0)
    self->send(self->state.core->network_of(said.from.key), outcome{said.from, said.what, false});
}

void on_settled(directory_pointer self, std::uint64_t view);

// As in a registry: what is another node's goes on to it, and what came here waits until the one before was heard.
void on_announce(directory_pointer self, const announce_to_all& said) {
  auto& state = self->state;
  const auto& announcer = state.core->directory_for(announcer_key);
  if (announcer.address() != self->address()) return self->send(announcer, said);
  if (!state.moves.came_here(announcer_key)) return announce(self, said);
  if (!state.moves.hold(said)) on_settled(self, state.core->nodes.view());
}

void on_settled(directory_pointer self, std::uint64_t view) {
  auto& state = self->state;
  if (!state.moves.under_way() || state.core->nodes.view() != view) return;
  for (const auto& each : state.moves.finish()) on_announce(self, each);
}

// -- other nodes -----------------------------------------------------------------------------------------------------

void say_who_is_home(directory_pointer self, const peer_node& to) {
  const auto& nodes = self->state.core->nodes;
  for (const auto& user : self->state.users.of(nodes.self()))
    if (nodes.owns(user.who->id.str())) self->send(to.directory, user_arrived{user, {}, true, nodes.self()});
}

void on_who_is_home(directory_pointer self, const who_is_home& said) {
  if (const auto* peer = self->state.core->find_peer(said.asked_by)) say_who_is_home(self, *peer);
}

// Whether tokens must be looked up it read when it opened its store, and that may be long ago.
void greet(directory_pointer self, const peer_node& newcomer) {
  const auto& store = self->state.core->store;
  if (store != nullptr && store->knows_users()) self->send(newcomer.directory, users_known{});
  say_who_is_home(self, newcomer);
}

// A new node hears who is at home here, and a new directory, after a crash, asks the others. Who was at home on a node
// that is gone, or whose key has moved, has a while to be told of again by the presence that their sessions made
// elsewhere.
void on_core_changed(directory_pointer self, const core_changed& said) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, said.now);
  const auto& core = *state.core;
  if (before == nullptr)
    for (const auto& peer : core.peers) self->send(peer.directory, who_is_home{core.nodes.self()});
  if (before == nullptr || before->nodes.view() == core.nodes.view()) return;
  for (const auto& peer : core.peers)
    if (before->find_peer(peer.number) == nullptr) greet(self, peer);
  state.moves.begin(before->nodes);
  for (const auto& each : state.moves.release()) on_announce(self, each);
  self->delayed_send(self, max_settling, view_settled{core.nodes.view()});
  self->send(core.steward, keys_moved{core.nodes.view()});
  self->delayed_send(self, std::max(state.settings->presence_grace, told_again_for_sure),
                     look_for_orphans{core.nodes.view()});
}

void on_look_for_orphans(directory_pointer self, const look_for_orphans& said) {
  auto& state = self->state;
  const auto& nodes = state.core->nodes;
  if (said.view != nodes.view()) return;  // a later look is on its way
  for (const auto& user : state.users.orphans(nodes)) {
    state.users.forget(user.who->id);
    const auto at = state.settings->now();
    remember_last_seen(self, *user.who, at, nodes.owns(user.who->id.str()));
    say_departed(self, user, {}, at);
  }
}

// The user's presence knows their sessions. For a role, or all, see notify_role: only the shards know whom that
// reaches.
void on_notify(directory_pointer self, const notify_user& said) {
  self->send(self->state.core->registry_for(said.user.str()),
             registry_user{said.user, tell_own_sessions{said.what, {}, false, false, said.from}});
}

}  // namespace

bool directory_data::is_repeated(const std::string& key) {
  if (key.empty()) return false;
  if (!keys.insert(key).second) return true;
  keys_by_age.push_back(key);
  if (keys_by_age.size() > settings->remembered_batches) {
    keys.erase(keys_by_age.front());
    keys_by_age.pop_front();
  }
  return false;
}

directory_hdl::behavior_type directory_actor(directory_pointer self, settings_ptr settings) {
  self->state.settings = std::move(settings);
  return {
      [self](const user_arrived& said) {
        on_arrived(self, said);
        return no_answer{};
      },
      [self](const user_changed& said) { on_changed(self, said); },
      [self](const user_departed& said) { on_departed(self, said); },
      [self](const list_users& said) {
        answer(self, said.from, self->state.users.list(self->state.settings->listed_users));
      },
      [self](const summarize_users& said) {
        answer(self, said.from, self->state.users.summarize(self->state.settings->listed_users));
      },
      [self](const notify_user& said) { on_notify(self, said); },
      [self](const announce_to_all& said) { on_announce(self, said); },
      [self](const view_settled& said) { on_settled(self, said.view); },
      [self](const people_order& said) { on_people(self, said); },
      [](const resumed& said) { (*said.then)(); },
      [self](const users_known&) {
        if (self->state.core->store != nullptr) self->state.core->store->note_users();
      },
      [self](const who_is_home& said) { on_who_is_home(self, said); },
      [self](const shard_watches& said) { self->state.unwatching.set(said.shard, !said.anyone); },
      [self](const look_for_orphans& said) { on_look_for_orphans(self, said); },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
