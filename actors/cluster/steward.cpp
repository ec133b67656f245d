#include "actors/cluster/steward.hpp"

#include <algorithm>
#include <utility>

#include <caf/send.hpp>

#include "actors/cluster/roster_actor.hpp"

namespace parley {
namespace {

using clock = cluster_state::time_point::clock;

// -- the database ----------------------------------------------------------------------------------------------------

void ask(steward_pointer self, std::function<cluster_view(roster&)> work) {
  self->state.asking = true;
  self->state.asked_at = clock::now();
  self->send(self->state.roster, roster_order{std::move(work)});
}

void renew(steward_pointer self) {
  auto& state = self->state;
  if (state.asking) {
    state.ask_again = true;
    return;
  }
  state.proposed = false;
  ask(self, [number = state.with.number](roster& on) { return on.renew(number); });
}

/// One proposal after each look; what comes of it is seen at the next.
void propose(steward_pointer self, const cluster_state::step& now) {
  auto& state = self->state;
  if (state.asking || std::exchange(state.proposed, true)) return;
  const auto number = state.with.number;
  if (state.leaving)
    ask(self, [number](roster& on) { return on.leave(number); });
  else if (!now.exclude.empty())
    ask(self,
        [what = exclusion{number, now.exclude, now.quorum, cluster_lease}](roster& on) { return on.exclude(what); });
  else if (now.join)
    ask(self, [number](roster& on) { return on.join(number); });
}

// -- other nodes -----------------------------------------------------------------------------------------------------

void call(steward_pointer self, const cluster_node& node) {
  auto& state = self->state;
  if (state.linking.contains(node.number) || !state.calling.insert(node.number).second) return;
  state.with.call(node.address, [me = steward_hdl{self}, number = node.number, name = node.name](caf::actor gateway) {
    caf::anon_send(me, node_called{number, name, std::move(gateway)});
  });
}

/// Whoever answers there tells its number; it is called for nodes that are not reached otherwise.
void call_seeds(steward_pointer self) {
  auto& state = self->state;
  const auto now = clock::now();
  const auto& nodes = state.state.view().nodes;
  const bool all_answer = std::all_of(nodes.begin(), nodes.end(),
                                      [&state](const cluster_node& each) { return state.state.answers(each.number); });
  if (all_answer || now - state.seeds_called < seed_interval) return;
  state.seeds_called = now;
  for (const auto& address : state.with.seeds)
    state.with.call(address, [me = steward_hdl{self}](caf::actor gateway) {
      caf::anon_send(me, node_called{0, {}, std::move(gateway)});
    });
}

link_start link_to(steward_pointer self, std::uint32_t number, const std::string& name) {
  const auto& state = self->state;
  link_start start;
  start.settings = state.with.settings;
  start.core = state.core;
  start.steward = self;
  start.number = state.with.number;
  start.name = state.with.name;
  start.peer = number;
  start.peer_name = name;
  start.timeout = state.with.timeout;
  return start;
}

void on_called(steward_pointer self, const node_called& said) {
  auto& state = self->state;
  state.calling.erase(said.number);
  if (!said.gateway || state.core == nullptr) return;
  if (said.number != 0 && !state.linking.insert(said.number).second) return;
  auto start = link_to(self, said.number, said.name);
  start.gateway = said.gateway;
  self->spawn(link_actor, std::move(start));
}

void on_calls(steward_pointer self, const node_calls& said) {
  auto& state = self->state;
  // Who called a seed does not know whom: of the two, the one with the smaller name calls.
  const bool meant = said.to == state.with.number || (said.to == 0 && said.name < state.with.name);
  if (!meant || state.core == nullptr || !state.linking.insert(said.number).second) return;
  auto start = link_to(self, said.number, said.name);
  start.remote = said.link;
  self->spawn(link_actor, std::move(start));
}

// -- the members -----------------------------------------------------------------------------------------------------

void take_view(steward_pointer self) {
  const auto& state = self->state;
  std::vector<ownership::member> members;
  std::vector<peer_node> peers;
  for (const auto& each : state.state.members()) {
    members.push_back({each.number, each.name});
    if (const auto found = state.peers.find(each.number); found != state.peers.end())
      peers.push_back(found->second.peer);
  }
  self->send(state.with.guardian, members_changed{ownership{state.with.number, state.state.view().number, members},
                                                  std::move(peers), steward_hdl{self}, state.lease});
}

/// Not before they have handed over what they owned.
void drop_links_to_the_gone(steward_pointer self) {
  const auto& state = self->state;
  if (!state.settle.done || state.core == nullptr) return;
  for (const auto& [number, peer] : state.peers)
    if (state.state.is_gone(number) && !state.core->nodes.has(number))
      caf::anon_send_exit(peer.link, caf::exit_reason::user_shutdown);
}

void decide(steward_pointer self) {
  auto& state = self->state;
  if (state.out) return;
  const auto now = state.state.next(clock::now());
  if (now.out) {
    state.out = true;
    state.with.taken_out();
    return;
  }
  for (const auto& node : now.call) call(self, node);
  call_seeds(self);
  if (now.take) take_view(self);
  propose(self, now);
}

/// Who does not hear of this node for `timeout`, or whose database has not for `cluster_lease`, takes it out. The lease
/// is over before, though acknowledgements come late (`link_tick`).
void prolong_lease(steward_pointer self, cluster_state::time_point confirmed) {
  const auto& state = self->state;
  const auto lease = std::min(state.with.timeout, cluster_lease) * 3 / 5;
  const auto until = (confirmed + lease).time_since_epoch().count();
  if (until > *state.lease) *state.lease = until;
}

/// Where the database does not answer, the others' answers count: of those whom a majority needs, the oldest.
void prolong_lease_by_links(steward_pointer self) {
  const auto& state = self->state;
  const auto members = state.state.members();
  std::vector<std::int64_t> heard;
  for (const auto& each : members)
    if (const auto peer = state.peers.find(each.number); peer != state.peers.end())
      heard.push_back(*peer->second.heard);
  const auto needed = members.size() / 2;  // beside this node
  if (needed == 0) return prolong_lease(self, clock::now());
  if (heard.size() < needed) return;
  std::sort(heard.rbegin(), heard.rend());
  prolong_lease(self, cluster_state::time_point{cluster_state::time_point::duration{heard[needed - 1]}});
}

void on_read(steward_pointer self, const roster_read& said) {
  auto& state = self->state;
  state.asking = false;
  state.with.standing->database_answers = said.view.has_value();
  if (said.view) {
    if (state.state.counts(*said.view)) prolong_lease(self, state.asked_at);
    state.state.read(*said.view, clock::now());
    decide(self);
    drop_links_to_the_gone(self);
  }
  if (!state.asking && std::exchange(state.ask_again, false)) renew(self);
}

void on_tick(steward_pointer self) {
  auto& state = self->state;
  self->delayed_send(self, link_tick, steward_tick{});
  for (const auto& [number, peer] : state.peers) caf::anon_send(peer.link, look_at_link{});
  if (!state.out) prolong_lease_by_links(self);
  if (state.ticks++ % ticks_per_look == 0) renew(self);
}

// -- how a change settles --------------------------------------------------------------------------------------------

void finish_settling(steward_pointer self) {
  auto& state = self->state;
  auto& settle = state.settle;
  if (std::exchange(settle.done, true)) return;
  for (const auto& registry : state.core->registries) self->send(registry, view_settled{settle.view});
  self->send(state.core->directory, view_settled{settle.view});
  std::erase_if(state.settled, [&settle](const auto& each) { return each.first <= settle.view; });
  const bool inside = state.state.counts(state.state.view());
  state.with.standing->member = inside;
  state.with.standing->handed_over = state.leaving && !inside;
  drop_links_to_the_gone(self);
}

void look_whether_settled(steward_pointer self) {
  auto& state = self->state;
  auto& settle = state.settle;
  if (settle.done || settle.keepers > 0 || settle.shards > 0) return;
  if (!std::exchange(settle.flushing, true))
    for (const auto number : settle.unflushed) caf::anon_send(state.peers.at(number).link, flush_link{settle.view});
  if (!settle.unflushed.empty()) return;
  if (!std::exchange(settle.told, true))
    for (const auto number : settle.unsettled)
      caf::anon_send(state.peers.at(number).link, node_settled{state.with.number, settle.view});
  const auto& ready = state.settled[settle.view];
  if (std::includes(ready.begin(), ready.end(), settle.unsettled.begin(), settle.unsettled.end()))
    finish_settling(self);
}

// Old members that still answer take part: they finish what they owned.
void on_core_changed(steward_pointer self, const core_changed& said) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, said.now);
  const auto view = state.core->nodes.view();
  if (view == 0 || (before != nullptr && before->nodes.view() == view)) return;
  state.settle = {};
  state.settle.view = view;
  state.settle.done = false;
  state.settle.keepers = state.core->registries.size() + 1;
  state.settle.shards = state.core->networks.size();
  for (const auto& [number, peer] : state.peers)
    if (state.core->nodes.has(number) || (before != nullptr && before->nodes.has(number)))
      state.settle.unsettled.insert(number);
  state.settle.unflushed = state.settle.unsettled;
  state.with.standing->view = view;
  state.with.standing->nodes = state.core->peers.size() + 1;
  self->delayed_send(self, max_settling, settle_over{view});
}

template <class Said>
void count_down(steward_pointer self, const Said& said, std::size_t steward_data::settling::*which) {
  auto& settle = self->state.settle;
  if (said.view != settle.view || settle.*which == 0) return;
  --(settle.*which);
  look_whether_settled(self);
}

void on_flushed(steward_pointer self, const link_flushed& said) {
  auto& settle = self->state.settle;
  if (said.view == settle.view) settle.unflushed.erase(said.number);
  look_whether_settled(self);
}

void on_node_settled(steward_pointer self, const node_settled& said) {
  self->state.settled[said.view].insert(said.number);
  look_whether_settled(self);
}

void on_up(steward_pointer self, const peer_up& said) {
  auto& state = self->state;
  const auto known = state.peers.find(said.number);
  const bool second = known != state.peers.end() && known->second.link != said.link;
  if (second || state.state.is_broken(said.number))
    return caf::anon_send_exit(said.link, caf::exit_reason::user_shutdown);
  state.linking.insert(said.number);
  state.peers.insert_or_assign(said.number, said);
  state.state.came(said.number);
  renew(self);
}

void on_down(steward_pointer self, const peer_down& said) {
  auto& state = self->state;
  if (said.number == 0) return;  // a seed that did not answer
  const auto known = state.peers.find(said.number);
  if (known != state.peers.end() && known->second.link != said.link) return;  // one too many of two
  state.linking.erase(said.number);
  if (known == state.peers.end()) return;
  state.peers.erase(known);
  state.state.went(said.number);
  state.settle.unflushed.erase(said.number);
  state.settle.unsettled.erase(said.number);
  look_whether_settled(self);
  renew(self);
}

void begin(steward_pointer self, steward_start with) {
  auto& state = self->state;
  state.state = cluster_state{with.number, with.name, cluster_patience};
  state.with = std::move(with);
  state.roster = self->spawn<caf::detached>(roster_actor, steward_hdl{self}, state.with.open_roster);
  self->set_exit_handler([self](const caf::exit_msg& said) {
    for (const auto& [number, peer] : self->state.peers) self->send_exit(peer.link, said.reason);
    self->send_exit(self->state.roster, said.reason);
    self->quit(said.reason);
  });
  // The guardian answers with a core that knows this actor.
  self->send(state.with.guardian,
             members_changed{ownership{state.with.number, 0, {}}, {}, steward_hdl{self}, state.lease});
  self->send(self, steward_tick{});
}

}  // namespace

steward_hdl::behavior_type steward_actor(steward_pointer self, steward_start with) {
  begin(self, std::move(with));
  return {
      [self](const roster_read& said) { on_read(self, said); },
      [self](const node_called& said) { on_called(self, said); },
      [self](const node_calls& said) { on_calls(self, said); },
      [self](const leave_cluster&) {
        self->state.leaving = true;
        self->state.state.leave();
        renew(self);
      },
      [self](const look_around&) { renew(self); },
      [self](const steward_tick&) { on_tick(self); },
      [self](const peer_up& said) { on_up(self, said); },
      [self](const peer_down& said) { on_down(self, said); },
      [self](const keys_moved& said) { count_down(self, said, &steward_data::settling::keepers); },
      [self](const sessions_told& said) { count_down(self, said, &steward_data::settling::shards); },
      [self](const link_flushed& said) { on_flushed(self, said); },
      [self](const node_settled& said) { on_node_settled(self, said); },
      [self](const settle_over& said) {
        if (said.view == self->state.settle.view) finish_settling(self);
      },
      [self](const core_changed& said) { on_core_changed(self, said); },
  };
}

}  // namespace parley
