// The network actor's patience: sessions whose tokens are revoked while they are let in, and clients that wait for what
// nobody will say any more.
#include <algorithm>
#include <utility>

#include "actors/cluster/cluster_messages.hpp"
#include "net/network_actor.hpp"
#include "net/peer.hpp"

namespace parley::net {

// -- revocations -----------------------------------------------------------------------------------------------------

void network_actor::on(const tokens_revoked& said) {
  remember(said);
  for (auto& slot : slots_)
    if (slot.owner != nullptr && slot.open && slot.user.who->id == said.user && is_revoked(*slot.user.who))
      slot.owner->on_ended(slot, {errc::token_revoked, {}, {}});
}

bool network_actor::is_revoked(const identity& who) const {
  if (revoked_.empty()) return false;
  const auto found = revoked_.find(who.id);
  return found != revoked_.end() && who.token_version.value_or(0) < found->second.least;
}

void network_actor::remember(const tokens_revoked& said) {
  const auto now = shard_.now();
  auto& kept = revoked_[said.user];
  kept = {std::max(kept.least, said.older_than), now};
  revoked_by_age_.emplace_back(now, said.user);
  const auto memory = std::max<std::chrono::milliseconds>(least_revocation_memory, 2 * settings_->command_timeout);
  const auto is_old = [&] {
    return revoked_by_age_.size() > max_remembered_revocations || revoked_by_age_.front().first + memory < now;
  };
  for (; is_old(); revoked_by_age_.pop_front()) {
    const auto& [at, user] = revoked_by_age_.front();
    const auto found = revoked_.find(user);
    if (found != revoked_.end() && found->second.at == at) revoked_.erase(found);
  }
}

// -- what takes too long ---------------------------------------------------------------------------------------------

// One look at all of them instead of a timer for each.
void network_actor::look_for_overdue(timer_wheel::time_point now) {
  for (auto& slot : slots_) {
    if (slot.owner == nullptr) continue;
    if (slot.open)
      give_up_commands(slot, now - settings_->command_timeout);
    else if (now - slot.opened_at >= settings_->command_timeout)
      on(session_refused{slot.key, {errc::unavailable, {}, {}}});
  }
  if (session_count() > 0) shard_.arm(overdue_timer_, settings_->command_timeout / 4);
}

// An actor that crashed with a command in its mailbox says nothing, nor does a node that is gone. What comes after all,
// nobody waits for.
void network_actor::give_up_commands(socket_slot& slot, timer_wheel::time_point asked_before) {
  const auto key = slot.key;
  for (const auto& each : std::vector{slot.asked}) {
    if (each.since > asked_before || find(key) == nullptr) return;
    on(outcome{each.how, make_event(settings_->now(), event::command_failed{{errc::unavailable, {}, {}}}), false});
  }
}

}  // namespace parley::net
