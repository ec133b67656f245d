// Who did something, as the events of the model name them: an identity and since when this user is here.
// Travels inside events on every thread; immutable, shared.
#pragma once

#include <chrono>
#include <memory>

#include "protocol/domain/identity.hpp"

namespace parley {

using timestamp = std::chrono::system_clock::time_point;

struct participant {
  identity_ptr who{};
  timestamp connected_at{};
  /// Said `user:disconnected` in chat, and is still connected: chat shows the user as offline.
  bool away = false;
};

}  // namespace parley
