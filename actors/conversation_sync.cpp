// What a session missed. Up to the last message and change that were told by now it is read from the store; whatever
// comes later follows behind it on the way of live events, so that nothing is told out of order. What the session has
// already, its shard knows: it says so with the command, and leaves out what it has written meanwhile.
#include <algorithm>
#include <utility>

#include "actors/conversation_parts.hpp"

namespace parley::conversing {
namespace {

constexpr std::size_t replay_page = 200;

struct missed {
  change_page changes;
  told_page told;
};

bool is_known(const std::vector<number_range>& known, sequence seq) {
  return std::any_of(known.begin(), known.end(),
                     [seq](const number_range& each) { return each.first <= seq && seq <= each.last; });
}

/// What is told with one replay, in its order.
class replayed {
 public:
  replayed(conversation_pointer self, const conversation_order& said)
      : self_{self}, said_{said}, what_{std::get<command::replay_history>(said.what)} {
    done_.in = self->state.id;
    done_.last = std::min(what_.after, self->state.last);
    done_.rev = self->state.rev;
    done_.after_rev = what_.after_rev;
  }

  /// False where some must be asked for before anything else is told.
  bool add(const change_page& page) {
    auto reached = what_.after_rev.value_or(0);
    for (const auto& each : page.changes) {
      if (each.rev > self_->state.rev) break;  // it is about to be told
      if (!fits(each.what.content.size())) return stop_at(reached);
      told_.push_back(now(self_, event_of(each)));
      reached = each.rev;
    }
    return page.more ? stop_at(reached) : true;
  }

  void add(const told_page& found, sequence after) {
    const auto last = self_->state.last;
    auto reached = after;
    bool more = found.page.more;
    for (const auto& each : found.page.messages) {
      if (each.seq > last) {  // it is about to be told
        more = false;
        break;
      }
      if (!is_known(what_.heard, each.seq)) {
        if (!fits(each.content.size())) {
          more = true;
          break;
        }
        told_.push_back(now(self_, event::message_received{each, profile_of(found.senders, each.sender.id)}));
      }
      reached = each.seq;
    }
    reached = end_of_known(what_.heard, reached);
    done_.more = more && reached < last;
    if (what_.after < last) done_.last = done_.more ? reached : last;
  }

  void tell() {
    done_.count = told_.size();
    const auto& network = self_->state.core->network_of(said_.from.key);
    const auto* reporting = self_->state.settings->auto_delivered ? last_of_others() : nullptr;
    for (const auto& each : told_) {
      delivery made{each, to_sessions{{said_.from.key}}};
      made.reports = each.get() == reporting;
      made.replayed = true;
      self_->send(network, deliver{std::make_shared<const delivery>(std::move(made))});
    }
    answer(self_, said_.from, now(self_, std::move(done_)));
  }

 private:
  bool fits(std::size_t content) {
    bytes_ += content;
    return told_.empty() || (bytes_ <= self_->state.settings->replay_bytes && told_.size() < replay_page);
  }

  bool stop_at(revision reached) {
    done_.rev = reached;
    done_.more = true;
    return false;
  }

  static any_event event_of(const message_change& what) {
    auto changed = what.what;
    changed.rev = what.rev;
    if (!what.emoji.empty())
      return event::message_reacted{changed.conversation, changed.id,        what.by, what.emoji,
                                    what.removed,         changed.reactions, what.rev};
    if (changed.deleted) return event::message_deleted{changed.conversation, changed.id, changed.seq, what.rev};
    return event::message_edited{std::move(changed)};
  }

  /// One receipt for all that is replayed: with the last message of somebody else's.
  const domain_event* last_of_others() const {
    const auto found = std::find_if(told_.rbegin(), told_.rend(), [this](const event_ptr& each) {
      const auto* received = std::get_if<event::message_received>(&each->body);
      return received != nullptr && received->what.sender.id != said_.user.who->id;
    });
    return found == told_.rend() ? nullptr : found->get();
  }

  conversation_pointer self_;
  const conversation_order& said_;
  const command::replay_history& what_;
  std::vector<event_ptr> told_;
  std::size_t bytes_ = 0;
  event::history_replayed done_;
};

auto read_missed(conversation_pointer self, const command::replay_history& what, sequence after) {
  const change_request changes{what.in, what.after_rev.value_or(0), after, replay_page};
  const page_request page{what.in, std::nullopt, after, replay_page};
  return [changes, asked = what.after_rev.has_value(), read = read_told(*self->state.core, page)](store& on) {
    missed found;
    if (asked) found.changes = on.changes(changes);
    if (!found.changes.more) found.told = read(on);
    return found;
  };
}

void on_read(conversation_pointer self, const conversation_order& said, sequence after, const missed& found) {
  if (self->state.catching_up) return replay(self, said);
  replayed made{self, said};
  if (made.add(found.changes)) made.add(found.told, after);
  made.tell();
}

}  // namespace

void replay(conversation_pointer self, const conversation_order& said) {
  auto& state = self->state;
  if (state.core->store == nullptr) return fail(self, said.from, {errc::unavailable, "Nothing is kept here", {}});
  if (state.catching_up && state.replays.size() >= state.settings->messages_waiting)
    return fail(self, said.from, {errc::overloaded, {}, {}});
  if (state.catching_up) return state.replays.push_back(said);
  const auto& what = std::get<command::replay_history>(said.what);
  const auto after = end_of_known(what.heard, what.after);
  // Whoever has everything asks for nothing of the store.
  if (!what.after_rev && after >= state.last) return on_read(self, said, after, {});
  ++state.asked;
  state.core->store->read(self, read_missed(self, what, after), [self, said, after](const result<missed>& found) {
    --self->state.asked;
    if (found)
      on_read(self, said, after, *found);
    else
      fail(self, said.from, found.failure());
  });
}

}  // namespace parley::conversing
