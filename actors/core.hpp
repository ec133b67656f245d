// What all actors share: how sessions are named and reached, the actors that everyone needs, the configuration. Plain
// values; what is shared between threads is immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/handles.hpp"
#include "actors/store/store_port.hpp"
#include "protocol/auth/authenticate.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/domain/commands.hpp"
#include "protocol/domain/events.hpp"

namespace parley {

/// Names a session in this process for as long as it lives and never another one: shard, slot, generation.
struct session_key {
  std::uint64_t value = 0;
  bool operator==(const session_key&) const = default;
  auto operator<=>(const session_key&) const = default;

  static session_key make(std::uint8_t shard, std::uint32_t slot, std::uint32_t generation) {
    return {(std::uint64_t{shard} << 56U) | (std::uint64_t{slot & 0xffffffU} << 32U) | generation};
  }
  std::uint8_t shard() const { return static_cast<std::uint8_t>(value >> 56U); }
  std::uint32_t slot() const { return static_cast<std::uint32_t>(value >> 32U) & 0xffffffU; }
};

/// Names what a room says to the shards: the actor id of the room, unique in this process.
using topic_id = std::uint64_t;

/// The actors everyone needs, as of now; replaced as a whole when the guardian restarts one of them.
struct core {
  /// Null where nothing is kept.
  store_ptr store;
  std::vector<registry_hdl> registries;
  directory_hdl directory;
  std::vector<network_hdl> networks;

  const registry_hdl& registry_for(std::string_view key) const {
    return registries[std::hash<std::string_view>{}(key) % registries.size()];
  }
};
using core_ptr = std::shared_ptr<const core>;

/// Configuration of the actors, constant after start.
struct settings {
  auth::policy auth{};
  std::chrono::milliseconds presence_grace{2000};
  std::size_t presence_broadcast_limit = 1000;
  /// Users in a list of who is online: it goes out in one piece, and must fit what may wait for a client.
  std::size_t listed_users = 1000;
  std::size_t rooms_per_session = 1000;
  std::size_t conversations_per_session = 1000;
  /// Conversations that nobody made come into being, open, when they are first spoken of.
  bool auto_create_conversations = true;
  /// A message counts as delivered when it was written to a session of its recipient.
  bool auto_delivered = true;
  /// A conversation that nobody is in retires after so long without a word.
  std::chrono::milliseconds conversation_idle{60'000};
  /// Messages of one conversation that wait for the store.
  std::size_t messages_waiting = 1024;
  std::chrono::milliseconds typing_expiry{6000};
  std::chrono::milliseconds typing_repeat{2000};
  std::chrono::milliseconds call_timeout{45'000};
  std::chrono::milliseconds file_progress_interval{200};
  bool require_known_user = false;
  /// How long after the CONNECT packet a session's first event follows it; the official suites read one packet at a
  /// time.
  std::chrono::milliseconds greeting_delay{0};
  /// Who may act for others, and is not bound to membership.
  std::vector<std::string> service_roles{"admin", "service"};
  /// Where actors read the time from; tests put a clock of their own here.
  timestamp (*now)() = [] { return std::chrono::system_clock::now(); };
  /// Where their generators of ids are seeded from; another number at each call.
  std::uint64_t (*seed)() = [] {
    // Asking the system for each would cost more than spawning the actor: on a virtual machine it traps.
    thread_local std::mt19937_64 numbers{[] {
      std::random_device source;
      return (std::uint64_t{source()} << 32U) | source();
    }()};
    return numbers();
  };
};
using settings_ptr = std::shared_ptr<const settings>;

/// Where a session can be reached: its key and the network actor of its shard.
struct session_ref {
  session_key key{};
  network_hdl network{};
};

/// Where a command came from and how it is to be answered.
struct origin {
  session_key key{};
  /// Whose words the answer is in; nothing when no dialect took the command.
  std::optional<dialects::dialect_id> by{};
  std::optional<std::uint64_t> ack{};
  /// The `id` of a plain frame, as JSON text; empty where there was none.
  std::string plain_id{};
  /// The session asked by itself: no command of the client has its outcome by this.
  bool own = false;
};

}  // namespace parley
