#include "actors/state/presence_state.hpp"

#include <algorithm>
#include <utility>

namespace parley {
namespace {

bool same_profile(const identity& a, const identity& b) {
  return a.id_json == b.id_json && a.username == b.username && a.email == b.email && a.roles == b.roles;
}

/// Neither the token nor the client has said what the user is called.
bool is_unnamed(const identity& who) { return who.nameless && who.username == who.id.str(); }

}  // namespace

presence_state::arrival presence_state::attach(session_key who, participant user, bool hears_private) {
  ++attaches_seen_;
  ++round_;
  const auto known = find(who);
  if (known < sessions_.size()) drop(known);
  sessions_.push_back(who);
  bearers_.push_back({std::move(user), hears_private});
  if (hears_private) ++private_listeners_;
  const bool other = update_user();
  if (!std::exchange(online_, true)) return arrival::came_online;
  return other ? arrival::changed : arrival::silent;
}

presence_state::departure presence_state::detach(session_key who, std::vector<topic_id> topics) {
  const auto gone = find(who);
  if (gone == sessions_.size()) return {};
  drop(gone);
  if (!sessions_.empty()) return {.grace = std::nullopt, .changed = update_user()};
  last_topics_ = std::move(topics);
  return {.grace = round_};
}

bool presence_state::grace_over(std::uint64_t round) {
  if (round != round_ || !sessions_.empty()) return false;
  return std::exchange(online_, false);
}

std::vector<session_key> presence_state::beyond(const ownership& nodes) const {
  std::vector<session_key> gone;
  for (const auto key : sessions_)
    if (!nodes.has(key.node)) gone.push_back(key);
  return gone;
}

std::size_t presence_state::find(session_key who) const {
  const auto found = std::find(sessions_.begin(), sessions_.end(), who);
  return static_cast<std::size_t>(found - sessions_.begin());
}

void presence_state::drop(std::size_t index) {
  if (bearers_[index].hears_private) --private_listeners_;
  sessions_.erase(sessions_.begin() + static_cast<std::ptrdiff_t>(index));
  bearers_.erase(bearers_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool presence_state::update_user() {
  auto now = bearers_.back().user;
  for (const auto& each : bearers_) now.connected_at = std::min(now.connected_at, each.user.connected_at);
  const bool was_named = user_.who && user_.who->nameless && !is_unnamed(*user_.who);
  if (was_named && is_unnamed(*now.who)) now.who = named(*now.who, user_.who->username);
  const bool same = user_.who && same_profile(*user_.who, *now.who) && user_.connected_at == now.connected_at &&
                    user_.away == now.away;
  user_ = std::move(now);
  return !same;
}

}  // namespace parley
