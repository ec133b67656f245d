// Calls other nodes. CAF connects on one thread and waits for each: so the address is tried first, and only one that
// answers is given to CAF. From any thread; `then` is called on a thread of CAF's. Invariant: once names are looked up
// (which takes as long as the resolver takes, on a thread of the call's own), each address takes at most
// `probe_timeout`, and CAF's handshake at most `call_timeout`.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

namespace parley::net {

/// For the address to answer, and for CAF's handshake.
inline constexpr std::chrono::milliseconds probe_timeout{1000};
inline constexpr std::chrono::milliseconds call_timeout{2000};

/// `host:port`, or `dns:name:port`, which may stand for several: `then` is called for each, or once with nothing.
void call_node(caf::actor_system& system, bool insecure, const std::string& address,
               std::function<void(caf::actor)> then);

}  // namespace parley::net
