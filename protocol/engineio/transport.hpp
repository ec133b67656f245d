// The words Engine.IO is spoken with: its two transports, its two living versions and a session's
// settings. Constant, on every thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::engineio {

enum class transport : std::uint8_t { polling, websocket };

constexpr std::string_view to_string(transport kind) noexcept {
  return kind == transport::polling ? "polling" : "websocket";
}

/// v3 is what 2.x clients speak, v4 what 3.x and 4.x clients do.
enum class version : std::uint8_t { v3 = 3, v4 = 4 };

/// One object serves all sessions of a server; it must outlive them.
struct options {
  std::chrono::milliseconds ping_interval{25'000};
  std::chrono::milliseconds ping_timeout{20'000};
  std::chrono::milliseconds upgrade_timeout{10'000};
  /// How long a closed polling session waits for the GET that fetches its last packets.
  std::chrono::milliseconds close_timeout{30'000};
  /// The same for a client that shall come back: what is queued for it then is worth less than an end of the wait.
  std::chrono::milliseconds fetch_timeout{2'000};
  /// Bytes of one request body or one WebSocket message.
  std::size_t max_payload = 1'000'000;
};

}  // namespace parley::engineio
