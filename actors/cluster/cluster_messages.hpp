// The messages between the actors of a cluster's node: the steward, the links, and those who must know when the members
// change. Plain values.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/actor.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>

#include "actors/cluster/roster.hpp"
#include "actors/core.hpp"

namespace parley {

/// For actors that others may say anything to. CAF's own `drop` answers with an error, of which whoever spoke would
/// die.
inline caf::result<caf::message> take_no_notice(caf::scheduled_actor*, caf::message_view&) { return caf::message{}; }

/// A change of the members settles within this time, or is taken as settled: a node that does not say in time who is
/// where must not stop the others.
inline constexpr std::chrono::milliseconds max_settling{1000};

/// What the database says; nothing where it does not answer.
struct roster_read {
  std::optional<cluster_view> view;
};

/// A question to the database, which changes who is a member or only asks.
struct roster_order {
  std::function<cluster_view(roster&)> work;
};

/// The gateway of the node of that number; empty where it could not be reached.
struct node_called {
  std::uint32_t number = 0;
  std::string name;
  caf::actor gateway;
};

/// This node is to end: what it owns is handed over.
struct leave_cluster {};

/// A node that called this one, and its link there. `to` is whom it means to call.
struct node_calls {
  std::uint32_t number = 0;
  std::string name;
  std::uint32_t to = 0;
  caf::actor link;
};

/// The members may have changed.
struct look_around {};

/// The steward to itself, every `link_tick`.
struct steward_tick {};

/// The steward to itself: a change of the members has had time enough to settle.
struct settle_over {
  std::uint64_t view = 0;
};

/// The node of that number answers. `peer` are the handles of its link.
struct peer_up {
  std::uint32_t number = 0;
  std::string name;
  peer_node peer;
  caf::actor link;
  /// When it acknowledged something last, in nanoseconds of the steady clock.
  lease_ptr heard;
};

struct peer_down {
  std::uint32_t number = 0;
  caf::actor_addr link;
};

/// A registry has finished what other nodes own from this view on, or the directory has told them who is here.
struct keys_moved {
  std::uint64_t view = 0;
};

/// A shard has told the owners of this view about its sessions.
struct sessions_told {
  std::uint64_t view = 0;
};

/// What was said over the link before has arrived.
struct link_flushed {
  std::uint32_t number = 0;
  std::uint64_t view = 0;
};

/// A node has told all and finished all.
struct node_settled {
  std::uint32_t number = 0;
  std::uint64_t view = 0;
};

/// From now on these are the nodes. `peers` are those of them that answer.
struct members_changed {
  ownership nodes;
  std::vector<peer_node> peers;
  steward_hdl steward;
  lease_ptr lease;
};

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::roster_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::roster_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::node_called)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::node_calls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::settle_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::leave_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::look_around)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::steward_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::peer_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::peer_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::keys_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::sessions_told)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::link_flushed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::node_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::members_changed)
