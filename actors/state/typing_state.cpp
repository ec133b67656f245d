#include "actors/state/typing_state.hpp"

#include <algorithm>
#include <utility>

namespace parley {

bool typing_state::start(const participant& who, session_key in, timestamp now) {
  const auto [at, fresh] = typing_.try_emplace(who.who->id, entry{who, {}, now, now});
  auto& sessions = at->second.sessions;
  if (std::find(sessions.begin(), sessions.end(), in) == sessions.end()) sessions.push_back(in);
  at->second.started = now;
  if (fresh) return true;
  if (now - at->second.told < repeat_) return false;
  at->second.told = now;
  return true;
}

std::optional<participant> typing_state::stop(const user_id& who) {
  auto gone = typing_.extract(who);
  if (!gone) return std::nullopt;
  return std::move(gone.mapped().who);
}

std::optional<participant> typing_state::leave(session_key in) {
  for (auto& [user, is] : typing_)
    if (std::erase(is.sessions, in) > 0) return is.sessions.empty() ? stop(user_id{user}) : std::nullopt;
  return std::nullopt;
}

std::vector<participant> typing_state::expire(timestamp now) {
  std::vector<participant> over;
  std::erase_if(typing_, [&](auto& each) {
    if (now - each.second.started < expiry_) return false;
    over.push_back(std::move(each.second.who));
    return true;
  });
  return over;
}

std::optional<timestamp> typing_state::next() const {
  std::optional<timestamp> earliest;
  for (const auto& [user, is] : typing_) earliest = std::min(earliest.value_or(timestamp::max()), is.started + expiry_);
  return earliest;
}

}  // namespace parley
