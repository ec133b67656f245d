#include "actors/cluster/link.hpp"

#include <utility>

#include "actors/cluster/link_parts.hpp"

namespace parley {
namespace linking {

void end(link_pointer self) {
  auto& state = self->state;
  self->send(state.with.steward, peer_down{state.with.peer, self->address()});
  give_up_questions(self, link_data::clock::time_point::max());
  self->quit();
}

}  // namespace linking

namespace {

using namespace linking;
using clock = link_data::clock;

std::string hello_of(const link_start& with) {
  return wire::encode(node_hello{wire::version, with.number, with.name, with.peer});
}

void on_connected(link_pointer self, caf::actor remote) {
  auto& state = self->state;
  state.remote = std::move(remote);
  self->monitor(state.remote);
  const caf::actor me{self};
  self->send(state.with.steward,
             peer_up{state.with.peer, state.with.peer_name, peer_handles(state.with.peer, me), me, state.heard});
  flush(self);
}

// The peer's answer comes from its link, to which all goes from here on.
void on_welcome(link_pointer self, const node_packet& packet) {
  auto& state = self->state;
  const auto hello = wire::decode<node_hello>(packet.bytes);
  const bool meant = hello && (hello->number == state.with.peer || state.with.peer == 0);
  if (!meant || state.remote) return;
  state.with.peer = hello->number;
  state.with.peer_name = hello->name;
  on_connected(self, caf::actor_cast<caf::actor>(self->current_sender()));
}

void on_packet(link_pointer self, node_packet& packet) {
  if (packet.type() == node_packet::kind::welcome) return on_welcome(self, packet);
  if (self->current_sender() == nullptr ||
      self->current_sender() != caf::actor_cast<caf::strong_actor_ptr>(self->state.remote))
    return;
  on_acknowledged(self, packet);
  // Of a kind that only a newer version knows, nothing is made.
  if (packet.type() == node_packet::kind::batch || packet.type() == node_packet::kind::probe) on_batch(self, packet);
}

bool has_stalled(const link_data& state, clock::time_point now) {
  if (!state.remote) return now - state.begun > state.with.timeout;
  if (state.closed_bytes > max_backlog_bytes) return true;
  return !state.unacknowledged.empty() && now - state.unacknowledged.front().at > state.with.timeout;
}

void on_look(link_pointer self) {
  const auto now = clock::now();
  if (has_stalled(self->state, now)) return end(self);
  pulse(self);  // may acknowledge, too
  acknowledge_late(self);
  give_up_questions(self, now - question_timeout);
  if (!self->state.remote) self->delayed_send(self, link_tick, look_at_link{});
}

void on_flush(link_pointer self, std::uint64_t view) {
  auto& state = self->state;
  flush(self);
  if (state.unacknowledged.empty() && state.closed.empty())
    return self->send(state.with.steward, link_flushed{state.with.peer, view});
  state.flushes[state.last_number + state.closed.size()] = view;
  state.probe_wanted = true;
  send_closed(self);
}

// What was said before was said under the old members. The second time, all others of this node know the new ones, too.
void on_core_changed(link_pointer self, const core_changed& said) {
  auto& state = self->state;
  flush(self);
  if (std::exchange(state.core, said.now) != said.now) return;
  state.open_view = said.now->nodes.view();
  take_early(self);
}

caf::behavior make_behavior(link_pointer self) {
  return caf::message_handler{
      [self](node_packet& packet) { on_packet(self, packet); },
      [self](const core_changed& said) { on_core_changed(self, said); },
      [self](const flush_link& said) { on_flush(self, said.view); },
      [self](const close_batch_now&) { flush(self); },
      [self](const look_at_link&) { on_look(self); },
      [](const resumed& said) { (*said.then)(); },
  }
      .or_else(departures(self));
}

}  // namespace

peer_node peer_handles(std::uint32_t number, const caf::actor& link) {
  return {number, caf::actor_cast<network_hdl>(link), caf::actor_cast<registry_hdl>(link),
          caf::actor_cast<directory_hdl>(link)};
}

caf::behavior link_actor(link_pointer self, link_start with) {
  auto& state = self->state;
  state.with = std::move(with);
  state.core = state.with.core;
  state.open_view = state.core->nodes.view();
  self->set_down_handler([self](const caf::down_msg&) { end(self); });
  self->set_exit_handler([self](const caf::exit_msg&) { end(self); });
  self->set_default_handler(take_no_notice);
  const auto hello = [&](node_packet::kind kind) {
    return node_packet{static_cast<std::uint8_t>(kind), 0, 0, 0, hello_of(state.with)};
  };
  if (state.with.remote) {
    self->send(state.with.remote, hello(node_packet::kind::welcome));
    on_connected(self, state.with.remote);
  } else {
    self->monitor(state.with.gateway);
    self->send(state.with.gateway, hello(node_packet::kind::hello));
  }
  self->delayed_send(self, link_tick, look_at_link{});
  return make_behavior(self);
}

}  // namespace parley
