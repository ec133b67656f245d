#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

/// So often in a row may what is known here be out of date; it is asked for in between.
constexpr std::size_t max_conflicts = 3;

/// What goes into one transaction, and what comes back from it.
struct batch {
  std::vector<pending_post> posts;
  std::map<user_id, pending_mark> marks;
};

struct batch_stored {
  /// For each of the batch's posts; nothing where it answers a message that is not here.
  std::vector<std::optional<appended_message>> appended;
  /// Messages whose statuses may have risen and which nobody remembers.
  std::vector<message_mark> marked;
  std::map<user_id, std::uint64_t> unread;
  /// Of messages that came without: from back ends, for instance.
  profile_map senders;
  /// When the conversation was made, if it was in this transaction.
  std::optional<timestamp> created_at;
};

message_mark mark_of(const message& what) { return {what.seq, what.id, what.sender.id}; }

batch take_pending(conversation_pointer self) {
  auto& state = self->state;
  return {std::exchange(state.posts, {}), std::exchange(state.marks, {})};
}

// Members may have changed since the message was taken.
void refuse_strangers(conversation_pointer self) {
  auto& state = self->state;
  if (is_open(self)) return;
  const auto is_in = [&state](const pending_post& each) {
    return each.as_service || state.members.has(each.user.who->id);
  };
  const auto first = std::stable_partition(state.posts.begin(), state.posts.end(), is_in);
  std::vector<pending_post> refused{std::make_move_iterator(first), std::make_move_iterator(state.posts.end())};
  state.posts.erase(first, state.posts.end());
  for (auto& each : refused) fail(self, std::move(each.from), not_a_member());
}

/// Where statuses may rise that are not remembered: after what the furthest behind of the markers had.
std::optional<sequence> unremembered_from(conversation_pointer self, const batch& from) {
  auto& state = self->state;
  sequence first = state.last;
  for (const auto& [user, mark] : from.marks) {
    const auto* is = state.members.find(user);
    if (is == nullptr) continue;
    if (mark.target.delivered > is->delivered) first = std::min(first, is->delivered);
    if (mark.target.read > is->read) first = std::min(first, is->read);
  }
  if (from.marks.empty() || state.members.remembers_after(first, state.last)) return std::nullopt;
  return first;
}

// -- the transaction, on the store's thread

class batch_work {
 public:
  batch_work(conversation_pointer self, const batch& from)
      : whole_{snapshot(self)}, exists_{self->state.exists}, from_{unremembered_from(self, from)} {
    const bool known = self->state.core->store->knows_users();
    for (const auto& each : from.posts) {
      messages_.push_back(each.what);
      if (known && each.profile == nullptr) unknown_.push_back(each.what.sender.id);
    }
    for (const auto& [user, each] : from.marks) marks_.emplace_back(each.target, each.by_user);
  }

  batch_stored operator()(store& on) const {
    batch_stored made;
    made.appended = append(on, made.created_at);
    for (const auto& [who, by_user] : marks_) {
      on.mark(whole_.id, who);
      if (by_user) made.unread.emplace(who.who.id, on.count_unread(whole_.id, who.who.id));
    }
    made.senders = read_profiles(on, unknown_);
    if (from_) made.marked = marks_of(on, {whole_.id, std::nullopt, from_, max_statuses});
    return made;
  }

 private:
  std::vector<std::optional<appended_message>> append(store& on, std::optional<timestamp>& created_at) const {
    std::vector<std::optional<appended_message>> made(messages_.size());
    std::vector<message> fit;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < messages_.size(); ++at) {
      if (!answers_nothing_unknown(on, at)) continue;
      fit.push_back(messages_[at]);
      places.push_back(at);
    }
    if (fit.empty()) return made;
    if (!exists_) {
      on.add_conversation(whole_);
      created_at = whole_.created_at;
    }
    auto appended = on.append(whole_.id, whole_.last, std::move(fit));
    for (std::size_t at = 0; at < places.size(); ++at) made[places[at]] = std::move(appended[at]);
    return made;
  }

  /// What it answers is kept here, or comes before it in the same transaction.
  bool answers_nothing_unknown(store& on, std::size_t at) const {
    const auto& answered = messages_[at].reply_to;
    if (answered.str().empty()) return true;
    const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::any_of(messages_.begin(), end, [&](const message& each) { return each.id == answered; })) return true;
    const auto found = on.find_message(answered);
    return found && found->conversation == whole_.id;
  }

  conversation whole_;
  bool exists_;
  std::optional<sequence> from_;
  std::vector<message> messages_;
  std::vector<user_id> unknown_;
  std::vector<std::pair<member, bool>> marks_;
};

// -- its outcome

event_ptr receipt_event(conversation_pointer self, const user_id& who, const pending_mark::waiter& waiter) {
  const auto* is = self->state.members.find(who);
  const auto& what = waiter.what;
  const auto status = self->state.members.status_of(what.seq, what.sender);
  return now(self, event::receipt_taken{self->state.id, what.id, status, is ? is->who : person{who, {}}});
}

void on_failed(conversation_pointer self, batch failed, const error& reason) {
  for (auto& each : failed.posts) fail(self, std::move(each.from), reason);
  for (auto& [user, mark] : failed.marks)
    for (auto& each : mark.waiting) fail(self, std::move(each.from), reason);
}

void say_posted(conversation_pointer self, const message& stored, profile_ptr sender) {
  auto& state = self->state;
  state.last = stored.seq;
  state.rev = std::max(state.rev, stored.rev);
  if (!state.members.members().empty()) state.members.remember(mark_of(stored));
  say_new(self, now(self, event::message_received{stored, std::move(sender)}));
  stop_typing(self, stored.sender.id);
}

void on_appended(conversation_pointer self, std::vector<pending_post>& posts, const batch_stored& made) {
  const auto& stored = made.appended;
  for (std::size_t at = 0; at < stored.size(); ++at) {
    auto& post = posts[at];
    if (!stored[at]) {
      fail(self, std::move(post.from), invalid_field("replyTo", "replyTo is no message of this conversation"));
      continue;
    }
    if (stored[at]->how == append_outcome::id_taken) {
      fail(self, std::move(post.from), {errc::conflict, {}, {}});
      continue;
    }
    if (!post.profile) post.profile = profile_of(made.senders, post.what.sender.id);
    if (stored[at]->how == append_outcome::stored) say_posted(self, stored[at]->what, std::move(post.profile));
    answer(self, std::move(post.from), now(self, event::message_accepted{stored[at]->what}));
  }
}

void on_marked(conversation_pointer self, std::map<user_id, pending_mark>& marks, const batch_stored& stored) {
  auto& state = self->state;
  if (marks.empty()) return;
  std::vector<member> raised;
  raised.reserve(marks.size());
  for (const auto& [user, mark] : marks) raised.push_back(mark.target);
  for (const auto& risen : state.members.apply(raised, stored.marked)) say_status(self, risen);
  for (auto& [user, mark] : marks) {
    for (auto& each : mark.waiting) {
      auto taken = receipt_event(self, user, each);
      answer(self, std::move(each.from), std::move(taken));
    }
    const auto unread = stored.unread.find(user);
    if (unread == stored.unread.end()) continue;
    const auto* is = state.members.find(user);
    say_unread(self, {user, unread->second, is != nullptr ? is->read : mark.target.read});
  }
}

/// Receipts whose transaction failed through no fault of theirs go with the next.
void take_back(conversation_pointer self, std::map<user_id, pending_mark> marks) {
  for (auto& [user, mark] : marks) {
    const auto [found, taken] = self->state.marks.try_emplace(user, std::move(mark));
    if (taken) continue;
    auto& [target, waiting, by_user] = found->second;
    target.delivered = std::max(target.delivered, mark.target.delivered);
    target.read = std::max(target.read, mark.target.read);
    waiting.insert(waiting.begin(), std::make_move_iterator(mark.waiting.begin()),
                   std::make_move_iterator(mark.waiting.end()));
    by_user = by_user || mark.by_user;
  }
}

// Another writer was here, or what was written before was told to have failed: all goes once more, with what the store
// knows.
void on_conflict(conversation_pointer self, batch failed) {
  auto& state = self->state;
  if (++state.conflicts > max_conflicts) {
    state.conflicts = 0;
    on_failed(self, std::move(failed), {errc::unavailable, {}, {}});
  } else {
    failed.posts.insert(failed.posts.end(), std::make_move_iterator(state.posts.begin()),
                        std::make_move_iterator(state.posts.end()));
    state.posts = std::move(failed.posts);
    take_back(self, std::move(failed.marks));
  }
  load(self);
}

// It may have been done all the same, or not. What clients wait for they say again; the receipts that the server takes
// by itself nobody else would.
void on_unavailable(conversation_pointer self, batch failed, const error& reason) {
  std::map<user_id, pending_mark> own;
  if (!self->state.moving)
    for (const auto& [user, mark] : failed.marks) own.try_emplace(user, pending_mark{mark.target, {}, false});
  on_failed(self, std::move(failed), reason);
  take_back(self, std::move(own));
  load(self);
}

void on_flushed(conversation_pointer self, batch sent, result<batch_stored> stored) {
  auto& state = self->state;
  state.flushing = false;
  if (stored) {
    state.conflicts = 0;
    state.exists = state.exists || stored->created_at;
    if (stored->created_at) state.created_at = *stored->created_at;
    on_appended(self, sent.posts, *stored);
    on_marked(self, sent.marks, *stored);
  } else if (stored.failure().code == errc::conflict) {
    on_conflict(self, std::move(sent));
  } else {
    on_unavailable(self, std::move(sent), stored.failure());
  }
  flush(self);
}

}  // namespace

std::vector<message_mark> marks_of(store& on, const page_request& what) {
  std::vector<message_mark> marks;
  for (const auto& each : on.history(what).messages) marks.push_back(mark_of(each));
  return marks;
}

void say_status(conversation_pointer self, const status_change& risen) {
  const auto what = now(self, event::message_status_changed{self->state.id, risen.what.id, risen.now, risen.by});
  say_here(self, what);
  if (self->state.members.has(risen.what.sender)) say_to_member(self, risen.what.sender, what);
}

void flush(conversation_pointer self) {
  auto& state = self->state;
  if (state.flushing || state.catching_up || state.phase != conversation_data::phase::ready) return;
  refuse_strangers(self);
  if (state.posts.empty() && state.marks.empty()) return;
  if (state.core->store == nullptr) {
    on_failed(self, take_pending(self), {errc::unavailable, "Nothing is kept here", {}});
    return;
  }
  state.flushing = true;
  auto pending = std::make_shared<batch>(take_pending(self));
  batch_work work{self, *pending};
  state.core->store->write(self, std::move(work), [self, pending](result<batch_stored> stored) {
    on_flushed(self, std::move(*pending), std::move(stored));
  });
}

bool mark(conversation_pointer self, const user_id& who, message_status to, sequence upto,
          std::optional<pending_mark::waiter> waiter) {
  auto& state = self->state;
  const auto raised = state.members.raised(who, to, std::min(upto, state.last));
  if (!raised && !waiter) return false;
  const auto* is = state.members.find(who);
  if (is == nullptr) return false;
  auto& pending = state.marks.try_emplace(who, pending_mark{*is, {}, false}).first->second;
  if (raised) {
    pending.target.delivered = std::max(pending.target.delivered, raised->delivered);
    pending.target.read = std::max(pending.target.read, raised->read);
  }
  pending.by_user = pending.by_user || (waiter && to == message_status::read && !is_open(self));
  if (waiter) pending.waiting.push_back(std::move(*waiter));
  flush(self);
  return true;
}

}  // namespace parley::conversing
