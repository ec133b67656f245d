// How a conversation goes from one node to another when the members of the cluster change: the old owner finishes what
// it began, the new one says again what those who were in it have missed.
#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

/// Messages that are said again at once.
constexpr std::size_t catch_up_page = 200;

void read_missed(conversation_pointer self);

bool is_message(const event_ptr& what) { return std::holds_alternative<event::message_received>(what->body); }

void replay_waiting(conversation_pointer self) {
  for (const auto& each : std::exchange(self->state.replays, {})) replay(self, each);
}

// Each network actor passes on only what its sessions have not heard.
void on_missed(conversation_pointer self, sequence from, const result<told_page>& found) {
  auto& state = self->state;
  if (!found && !state.moving) {
    auto again = [self] { read_missed(self); };
    return self->delayed_send(self, catch_up_retry, resumed{std::make_shared<std::function<void()>>(again)});
  }
  state.catching_up = false;
  if (!found) return replay_waiting(self);  // the new owner makes up for it
  const auto& [page, senders] = *found;
  auto reached = state.last;
  for (const auto& each : page.messages)
    say_here(self, now(self, event::message_received{each, profile_of(senders, each.sender.id)}), {},
             state.settings->auto_delivered);
  if (page.more && !page.messages.empty()) reached = page.messages.back().seq;
  // Somebody came meanwhile who has less than what was asked for.
  const bool behind = state.heard && *state.heard < from;
  if (!behind) state.heard = reached;
  if (*state.heard < state.last) return read_missed(self);
  state.heard.reset();
  for (auto& each : std::exchange(state.unsaid, {})) say_new(self, std::move(each));
  replay_waiting(self);
  flush(self);
}

void read_missed(conversation_pointer self) {
  auto& state = self->state;
  const auto from = *state.heard;
  if (state.core->store == nullptr) return;
  state.catching_up = true;
  state.core->store->read(self, read_told(*state.core, {state.id, std::nullopt, from, catch_up_page}),
                          [self, from](const result<told_page>& found) { on_missed(self, from, found); });
}

}  // namespace

bool has_work_under_way(conversation_pointer self) {
  const auto& state = self->state;
  return state.flushing || state.catching_up || state.asked > 0 || !state.waiting.empty() ||
         state.phase == conversation_data::phase::loading || !state.posts.empty() || !state.marks.empty();
}

void move_out_when_done(conversation_pointer self) {
  if (!self->state.moving || has_work_under_way(self)) return;
  self->quit();
}

// The new owner knows of nobody's typing.
void on_rehomed(conversation_pointer self) {
  end_all_typing(self);
  self->state.moving = true;
  move_out_when_done(self);
}

void catch_up(conversation_pointer self, sequence have) {
  auto& state = self->state;
  if (have >= state.last) return;
  state.heard = std::min(state.heard.value_or(have), have);
  if (!state.catching_up) read_missed(self);
}

// Shards take a later message for a sign that they have all before it.
void say_new(conversation_pointer self, event_ptr what) {
  auto& state = self->state;
  if (state.heard)
    state.unsaid.push_back(std::move(what));
  else
    say_to_concerned(self, what, {}, state.settings->auto_delivered && is_message(what));
}

}  // namespace parley::conversing
