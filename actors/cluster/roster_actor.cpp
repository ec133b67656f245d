#include "actors/cluster/roster_actor.hpp"

#include <utility>

#include "actors/store/store.hpp"

namespace parley {
namespace {

roster_read read(roster_data& state, const roster_order& said) {
  try {
    if (state.database == nullptr) state.database = state.open();
    return {said.work(*state.database)};
  } catch (const store_failure&) {
    return {};
  }
}

}  // namespace

roster_hdl::behavior_type roster_actor(roster_pointer self, steward_hdl steward,
                                       std::function<std::unique_ptr<roster>()> open) {
  self->state.open = std::move(open);
  return {
      [self, steward = std::move(steward)](const roster_order& said) { self->send(steward, read(self->state, said)); }};
}

}  // namespace parley
