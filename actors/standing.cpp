#include "actors/standing.hpp"

namespace parley {

std::optional<error> objection(const settings& how, const identity& who, const std::optional<user_record>& known) {
  if (!known) {
    if (how.require_known_user) return error{errc::user_unknown, {}, {}};
    return std::nullopt;
  }
  if (who.token_version.value_or(0) < known->token_version) return error{errc::token_revoked, {}, {}};
  return std::nullopt;
}

bool must_look_up(const settings& how, const core& actors) {
  return actors.store != nullptr && (actors.store->knows_users() || how.require_known_user);
}

}  // namespace parley
