// Whether a user may use a verified token: what back ends told of them has a say. The one rule for sockets and REST
// alike.
#pragma once

#include <optional>
#include <utility>

#include "actors/core.hpp"

namespace parley {

/// Nothing when what the store knows of the user lets the token pass.
std::optional<error> objection(const settings& how, const identity& who, const std::optional<user_record>& known);

/// Whether the store has a say at all: not where no back end ever told of anybody.
bool must_look_up(const settings& how, const core& actors);

/// Looks the user up where that is needed. `then(objection, profile)` runs on the turn of `self`: at once, or when the
/// store has answered.
template <class Self, class Then>
void look_up(Self* self, const settings_ptr& how, const core& actors, const identity_ptr& who, Then then) {
  if (!must_look_up(*how, actors)) return then(std::nullopt, nullptr);
  actors.store->read(
      self, [id = who->id](store& on) { return on.find_user(id); },
      [how, who, then](const result<std::optional<user_record>>& found) {
        if (!found) return then(found.failure(), nullptr);
        then(objection(*how, *who, *found), *found ? std::make_shared<const user_record>(**found) : nullptr);
      });
}

}  // namespace parley
