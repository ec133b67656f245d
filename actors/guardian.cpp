#include "actors/guardian.hpp"

#include <algorithm>
#include <utility>

#include "actors/cluster/cluster_messages.hpp"
#include "actors/directory.hpp"
#include "actors/registry.hpp"

namespace parley {
namespace {

registry_hdl start_registry(guardian_pointer self) {
  auto made = self->spawn(registry_actor, self->state.with.settings);
  self->monitor(made);
  return made;
}

directory_hdl start_directory(guardian_pointer self) {
  auto made = self->spawn(directory_actor, self->state.with.settings);
  self->monitor(made);
  return made;
}

store_hdl start_store(guardian_pointer self, std::function<std::unique_ptr<store>()> open, bool writes) {
  const auto& with = *self->state.with.store;
  store_start start{std::move(open), with.gauge, writes, with.keep, self->state.with.settings->now};
  auto made = with.threads ? self->spawn<caf::detached>(store_actor, std::move(start))
                           : self->spawn(store_actor, std::move(start));
  self->monitor(made);
  return made;
}

store_ptr start_stores(guardian_pointer self) {
  const auto& with = self->state.with.store;
  if (!with) return nullptr;
  const auto writer = start_store(self, with->open_writer, true);
  const auto reader = with->open_reader ? start_store(self, with->open_reader, false) : writer;
  self->state.stores = {writer, reader};
  return std::make_shared<const store_port>(writer, reader, with->gauge, with->queue_limit);
}

void stop_stores(guardian_pointer self, const caf::error& reason) {
  for (const auto& store : std::exchange(self->state.stores, {})) self->send_exit(store, reason);
}

/// Those to nodes that go, too.
void tell_links(guardian_pointer self, const core_ptr& before) {
  const auto& now = self->state.core;
  for (const auto& peer : now->peers) self->send(peer.registry, core_changed{now});
  if (before == nullptr) return;
  for (const auto& peer : before->peers)
    if (now->find_peer(peer.number) == nullptr) self->send(peer.registry, core_changed{now});
}

// The links first: what others say because of the change goes out after it. Then the registries: whoever hears of the
// new core afterwards may speak to them at once. Then the links again: from now on all here know what peers know.
void publish(guardian_pointer self, core now) {
  auto& state = self->state;
  const auto before = std::exchange(state.core, std::make_shared<const core>(std::move(now)));
  tell_links(self, before);
  self->send(state.core->steward, core_changed{state.core});
  self->send(state.core->directory, core_changed{state.core});
  for (const auto& registry : state.core->registries) self->send(registry, core_changed{state.core});
  tell_links(self, before);
  for (const auto& network : state.core->networks) self->send(network, core_changed{state.core});
}

bool may_restart(guardian_pointer self) {
  auto& state = self->state;
  const auto at = state.with.settings->now();
  std::erase_if(state.restarts, [at](timestamp then) { return at - then > restart_period; });
  state.restarts.push_back(at);
  return state.restarts.size() <= max_restarts;
}

void end_all(guardian_pointer self, const caf::error& reason) {
  const auto& core = *self->state.core;
  for (const auto& registry : core.registries) self->send_exit(registry, reason);
  stop_stores(self, reason);
  self->send_exit(core.directory, reason);
  self->quit(reason);
}

void on_down(guardian_pointer self, const caf::down_msg& said) {
  if (said.reason == caf::exit_reason::user_shutdown) return;  // one that we ended ourselves
  if (!may_restart(self)) {
    self->state.with.give_up();
    end_all(self, caf::exit_reason::unhandled_exception);
    return;
  }
  auto next = *self->state.core;
  if (next.store != nullptr && next.store->is_of(said.source)) {
    stop_stores(self, caf::exit_reason::user_shutdown);
    next.store = start_stores(self);
  }
  if (next.directory.address() == said.source) next.directory = start_directory(self);
  for (auto& registry : next.registries)
    if (registry.address() == said.source) registry = start_registry(self);
  publish(self, std::move(next));
}

void on_members_changed(guardian_pointer self, const members_changed& said) {
  auto next = *self->state.core;
  next.nodes = said.nodes;
  next.peers = said.peers;
  next.steward = said.steward;
  next.lease = said.lease;
  publish(self, std::move(next));
}

}  // namespace

guardian_hdl::behavior_type guardian_actor(guardian_pointer self, guardian_start with) {
  auto& state = self->state;
  state.with = std::move(with);
  self->set_down_handler([self](const caf::down_msg& said) { on_down(self, said); });
  self->set_exit_handler([self](const caf::exit_msg& said) { end_all(self, said.reason); });
  core first;
  first.store = start_stores(self);
  for (std::size_t count = 0; count < state.with.registries; ++count) first.registries.push_back(start_registry(self));
  first.directory = start_directory(self);
  first.networks = state.with.networks;
  first.nodes = state.with.nodes;
  publish(self, std::move(first));
  return {[self](const members_changed& said) { on_members_changed(self, said); }};
}

}  // namespace parley
