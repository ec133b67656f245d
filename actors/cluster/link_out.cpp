#include <utility>

#include "actors/cluster/link_parts.hpp"

namespace parley::linking {
namespace {

using clock = link_data::clock;

/// Asks the peer; `then` is called once, with its answer or an empty one.
void ask(link_pointer self, decltype(node_question::what) what, std::function<void(const node_answer&)> then) {
  auto& state = self->state;
  const auto id = ++state.last_question;
  state.questions.emplace(id, link_data::question{std::move(then), clock::now()});
  say(self, node_question{id, std::move(what)});
}

caf::message_handler questions(link_pointer self) {
  return {
      [self](const list_sessions& said) {
        ask(self, node_question::sessions{}, [then = said.then](const node_answer& got) { (*then)(got.sessions); });
      },
      [self](const notify_role& said) {
        ask(self, node_question::by_role{said.what, said.role}, [then = said.then](const node_answer& got) {
          (*then)({got.reached, got.reached_sessions});
        });
      },
      [self](const kick_session& said) {
        ask(self, node_question::kick{said.sid}, [then = said.then](const node_answer& got) { (*then)(got.kicked); });
      },
  };
}

template <class... Messages>
caf::message_handler passed_on(link_pointer self) {
  return {[self](const Messages& said) { say(self, said); }...};
}

}  // namespace

caf::message_handler departures(link_pointer self) {
  return caf::message_handler{[self](const deliver& said) { say(self, *said.it); }}
      .or_else(passed_on<outcome, subscribe, unsubscribe, session_ended, topic_failed, presence_failed, tokens_revoked,
                         http_forward, http_forwarded, http_gone, session_attached>(self))
      .or_else(passed_on<registry_join, registry_room, registry_user, registry_conversation>(self))
      .or_else(
          passed_on<user_arrived, user_changed, user_departed, announce_to_all, people_order, users_known, who_is_home>(
              self))
      .or_else(passed_on<node_settled, node_answer>(self))
      .or_else(questions(self));
}

// What waits in the mailbox by then goes with the same batch.
void plan_flush(link_pointer self) {
  auto& state = self->state;
  if (state.batch.size() >= max_batch_bytes) close_batch(self);
  if (std::exchange(state.flush_planned, true)) return;
  self->send(self, close_batch_now{});
}

void close_batch(link_pointer self) {
  auto& state = self->state;
  if (state.batch.empty()) return;
  state.closed_bytes += state.batch.size();
  state.closed.push_back(std::exchange(state.batch, {}));
}

namespace {

void send_packet(link_pointer self, node_packet::kind kind, std::uint64_t number, std::string bytes) {
  auto& state = self->state;
  state.last_told = state.last_taken;
  state.untold_bytes = 0;
  state.untold_before = false;
  self->send(state.remote, node_packet{static_cast<std::uint8_t>(kind), number, state.core->nodes.view(),
                                       state.last_taken, std::move(bytes)});
}

void send_batch(link_pointer self, std::string bytes, node_packet::kind kind = node_packet::kind::batch) {
  auto& state = self->state;
  state.unacknowledged.push_back({++state.last_number, bytes.size(), clock::now()});
  send_packet(self, kind, state.last_number, std::move(bytes));
}

}  // namespace

void send_closed(link_pointer self) {
  auto& state = self->state;
  if (!state.remote) return;
  while (!state.closed.empty() && state.window_bytes < max_window_bytes) {
    auto bytes = std::move(state.closed.front());
    state.closed.pop_front();
    state.closed_bytes -= bytes.size();
    state.window_bytes += bytes.size();
    send_batch(self, std::move(bytes));
  }
  if (state.closed.empty() && std::exchange(state.probe_wanted, false)) send_batch(self, {}, node_packet::kind::probe);
}

void flush(link_pointer self) {
  self->state.flush_planned = false;
  close_batch(self);
  send_closed(self);
}

void on_acknowledged(link_pointer self, const node_packet& packet) {
  auto& state = self->state;
  const auto number = packet.taken;
  while (!state.unacknowledged.empty() && state.unacknowledged.front().number <= number) {
    const auto& first = state.unacknowledged.front();
    state.window_bytes -= first.bytes;
    // It answered after that was sent: so long ago, at most, it took this node for a member. (In a later view, who
    // knows.)
    if (packet.view <= state.core->nodes.view()) *state.heard = first.at.time_since_epoch().count();
    state.unacknowledged.pop_front();
  }
  while (!state.flushes.empty() && state.flushes.begin()->first <= number) {
    self->send(state.with.steward, link_flushed{state.with.peer, state.flushes.begin()->second});
    state.flushes.erase(state.flushes.begin());
  }
  send_closed(self);
}

void pulse(link_pointer self) {
  auto& state = self->state;
  if (!state.remote || !state.unacknowledged.empty() || !state.closed.empty()) return;
  const clock::time_point heard{clock::duration{*state.heard}};
  if (clock::now() - heard >= link_pulse - link_tick / 2) send_batch(self, {});
}

void acknowledge(link_pointer self) {
  if (self->state.last_told < self->state.last_taken) send_packet(self, node_packet::kind::ack, 0, {});
}

void acknowledge_late(link_pointer self) {
  auto& state = self->state;
  const bool untold = state.last_told < state.last_taken;
  if (std::exchange(state.untold_before, untold) && untold) acknowledge(self);
}

void give_up_questions(link_pointer self, clock::time_point before) {
  auto& all = self->state.questions;
  while (!all.empty() && all.begin()->second.at < before) {
    const auto then = std::move(all.begin()->second.then);
    all.erase(all.begin());
    then({});
  }
}

}  // namespace parley::linking
