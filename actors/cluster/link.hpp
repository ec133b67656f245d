// The link actor: all that is said to one other node, and all that comes from there. To the actors of this node it
// stands for the network actors, the registries and the directory of the other; what they say to it travels in batches,
// in order, at most a window of them unacknowledged. One per peer, spawned by the steward. Invariants: what comes from
// the peer is passed on in order, and only once this node knows the members that the peer knew when it said so; a peer
// that does not acknowledge in time, or lets too much pile up, counts as gone, and a link that was given up on says no
// more.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/cluster/node_message.hpp"

namespace parley {

/// A batch is closed at this size.
inline constexpr std::size_t max_batch_bytes = 256 * 1024;
/// What may be under way to a peer, and what may wait here beyond that: a peer that takes no more is given up on.
inline constexpr std::size_t max_window_bytes = 4 * 1024 * 1024;
inline constexpr std::size_t max_backlog_bytes = 64 * 1024 * 1024;
/// An idle link says something this often.
inline constexpr std::chrono::milliseconds link_pulse{300};
/// Links are looked at this often: what was taken before the last look and has not been acknowledged by something that
/// travels that way anyway is acknowledged now. This much is at once.
inline constexpr std::chrono::milliseconds link_tick = link_pulse / 2;
inline constexpr std::size_t max_unacknowledged_bytes = max_window_bytes / 4;
/// Questions of back ends that the peer has not answered after so long are answered without it.
inline constexpr std::chrono::milliseconds question_timeout{2000};

struct link_start {
  settings_ptr settings;
  core_ptr core;
  steward_hdl steward;
  std::uint32_t number = 0;  // of this node
  std::string name;
  std::uint32_t peer = 0;
  std::string peer_name;
  /// Without an acknowledgement for so long, the peer counts as gone.
  std::chrono::milliseconds timeout{1400};
  /// The gateway of a node that is called; empty where the peer called.
  caf::actor gateway{};
  /// The link of a peer that called.
  caf::actor remote{};
};

/// The steward to a link that is up, every `link_tick` (one timer for all links of a node); until then itself.
struct look_at_link {};

/// The steward to a link: tell `link_flushed` once all that was said until now has arrived.
struct flush_link {
  std::uint64_t view = 0;
};

struct link_data {
  static inline const char* name = "link";
  using clock = std::chrono::steady_clock;

  struct sent_batch {
    std::uint64_t number;
    std::size_t bytes;
    clock::time_point at;
  };
  struct question {
    std::function<void(const node_answer&)> then;
    clock::time_point at;
  };

  link_start with;
  core_ptr core;
  caf::actor remote;  // the peer's link; empty until it has answered
  clock::time_point begun = clock::now();

  std::string batch;               // not closed yet
  std::deque<std::string> closed;  // wait for the window
  std::size_t closed_bytes = 0;
  std::deque<sent_batch> unacknowledged;
  std::size_t window_bytes = 0;
  std::uint64_t last_number = 0;
  lease_ptr heard = std::make_shared<std::atomic<std::int64_t>>(0);
  bool flush_planned = false;
  bool probe_wanted = false;  // behind what is closed
  /// Batch → the view whose change waits for its acknowledgement.
  std::map<std::uint64_t, std::uint64_t> flushes;

  /// Batches of a peer that knows of members that not all actors of this node know of yet.
  std::deque<node_packet> early;
  std::uint64_t open_view = 0;  // what all of them know
  std::uint64_t last_taken = 0;
  std::uint64_t last_told = 0;  // what the peer knows to have been taken
  std::size_t untold_bytes = 0;
  bool untold_before = false;  // there was something to acknowledge at the last look

  std::map<std::uint64_t, question> questions;
  std::uint64_t last_question = 0;
};

using link_pointer = caf::stateful_actor<link_data>*;

caf::behavior link_actor(link_pointer self, link_start with);

/// The handles under which others speak to a link.
peer_node peer_handles(std::uint32_t number, const caf::actor& link);

}  // namespace parley

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::look_at_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::flush_link)
