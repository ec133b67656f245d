// What back ends ask the network actor about the sessions of its shard, over REST: who is here, and to end one.
#include <algorithm>
#include <utility>
#include <vector>

#include "net/network_actor.hpp"
#include "net/peer.hpp"

namespace parley::net {

void network_actor::on(const list_sessions& said) {
  std::vector<session_description> found;
  for (const auto& slot : slots_)
    if (slot.open && slot.owner != nullptr)
      found.push_back({slot.sid, (*namespaces_)[slot.nsp].name, slot.user.who, slot.owner->address().text()});
  (*said.then)(std::move(found));
}

void network_actor::on(const kick_session& said) {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [&said](const socket_slot& slot) {
    return slot.open && slot.owner != nullptr && slot.sid == said.sid;
  });
  const bool here = found != slots_.end();
  if (here) found->owner->on_ended(*found, {errc::forbidden, "Ended by the back end", {}});
  (*said.then)(here);
}

}  // namespace parley::net
