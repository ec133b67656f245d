// What all actors share: how sessions are named and reached, the actors that everyone needs, the configuration. Plain
// values; what is shared between threads is immutable.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <caf/allowed_unsafe_message_type.hpp>

#include "actors/handles.hpp"
#include "actors/state/ownership.hpp"
#include "actors/store/store_port.hpp"
#include "protocol/auth/authenticate.hpp"
#include "protocol/dialects/dialect.hpp"
#include "protocol/domain/commands.hpp"
#include "protocol/domain/events.hpp"
#include "protocol/domain/reloadable.hpp"

namespace parley {

/// Names a session in the cluster for as long as it lives and never another one: the run of its node, its shard, slot
/// and generation.
struct session_key {
  std::uint64_t value = 0;
  std::uint32_t node = 0;
  bool operator==(const session_key&) const = default;
  auto operator<=>(const session_key&) const = default;  // NOLINT(modernize-use-nullptr): what it makes of 0

  static session_key make(std::uint8_t shard, std::uint32_t slot, std::uint32_t generation, std::uint32_t node = 0) {
    return {(std::uint64_t{shard} << 56U) | (std::uint64_t{slot & 0xffffffU} << 32U) | generation, node};
  }
  std::uint8_t shard() const { return static_cast<std::uint8_t>(value >> 56U); }
  std::uint32_t slot() const { return static_cast<std::uint32_t>(value >> 32U) & 0xffffffU; }
};

/// Names what a room or conversation says to the shards, by its name: the same on all nodes (topics.hpp).
using topic_id = std::uint64_t;

/// A node that was stopped, or cut off, does not know what the others decided meanwhile: it acts for its clients only
/// until this time, which the steward moves on as long as the database or enough of the others confirm that it is a
/// member. In nanoseconds of the steady clock; read on every thread.
using lease_ptr = std::shared_ptr<std::atomic<std::int64_t>>;

/// Another member of the cluster: what is said to these goes to the actors of that kind there.
struct peer_node {
  std::uint32_t number = 0;
  network_hdl network;
  registry_hdl registry;
  directory_hdl directory;
};

/// What is for all goes through the directory of this key's owner, so that it comes in one order everywhere.
inline constexpr std::string_view announcer_key = "announcements";

/// The actors everyone needs, as of now; replaced as a whole when the guardian restarts one of them, or the members of
/// the cluster change.
struct core {
  /// Null where nothing is kept.
  store_ptr store;
  std::vector<registry_hdl> registries;
  directory_hdl directory;
  std::vector<network_hdl> networks;
  /// Which node owns what, and how the others are reached.
  ownership nodes{};
  std::vector<peer_node> peers{};
  /// Empty where this node is no member of a cluster.
  steward_hdl steward{};
  /// Until when this node may act as a member; null where it is none.
  lease_ptr lease{};

  /// Where the actor of that name is, or comes into being.
  const registry_hdl& registry_for(std::string_view key) const {
    if (!nodes.alone())
      if (const auto* there = find_peer(nodes.owner_of(key))) return there->registry;
    return local_registry_for(key);
  }
  const registry_hdl& local_registry_for(std::string_view key) const {
    return registries[std::hash<std::string_view>{}(key) % registries.size()];
  }
  /// The directory of the key's owner.
  const directory_hdl& directory_for(std::string_view key) const {
    if (!nodes.alone())
      if (const auto* there = find_peer(nodes.owner_of(key))) return there->directory;
    return directory;
  }
  /// Where that session is reached; an empty handle, which takes messages and does nothing, where its node is gone.
  const network_hdl& network_of(session_key key) const {
    static const network_hdl nowhere;
    if (key.node == nodes.self()) return key.shard() < networks.size() ? networks[key.shard()] : nowhere;
    const auto* there = find_peer(key.node);
    return there == nullptr ? nowhere : there->network;
  }
  const peer_node* find_peer(std::uint32_t number) const {
    for (const auto& each : peers)
      if (each.number == number) return &each;
    return nullptr;
  }
};
using core_ptr = std::shared_ptr<const core>;

/// Says it to every shard of this node, and once to every other node.
template <class Self, class Message>
void send_everywhere(Self* self, const core& actors, const Message& what) {
  for (const auto& network : actors.networks) self->send(network, what);
  for (const auto& each : actors.peers) self->send(each.network, what);
}

/// Configuration of the actors, constant after start but for what SIGHUP reloads.
struct settings {
  /// Whose tokens are taken; replaced as a whole when keys are reloaded.
  std::shared_ptr<reloadable<auth::policy>> auth = std::make_shared<reloadable<auth::policy>>();
  std::chrono::milliseconds presence_grace{2000};
  std::size_t presence_broadcast_limit = 1000;
  /// Users in a list of who is online: it goes out in one piece, and must fit what may wait for a client.
  std::size_t listed_users = 1000;
  /// Up to so many users online, all who hear chat get the list of users whenever one comes or goes.
  std::size_t users_list_broadcast = 100;
  std::size_t rooms_per_session = 1000;
  std::size_t conversations_per_session = 1000;
  /// That one registry keeps in memory; those nobody speaks of go after `conversation_idle`.
  std::size_t conversations_per_registry = 250'000;
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
  /// This run of this node in its cluster; 0 where there is none.
  std::uint32_t node = 0;
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
  /// How long a client waits to be let in, or for the outcome of a command: whoever was to say it may be gone.
  std::chrono::milliseconds command_timeout{10'000};
  /// How long a REST call may take.
  std::chrono::milliseconds rest_timeout{10'000};
  /// Different reactions to one message.
  std::size_t reactions_per_message = 50;
  /// A page of old messages, and one replay of what was missed, in bytes.
  std::size_t history_bytes = std::size_t{512} * 1024;
  std::size_t replay_bytes = std::size_t{256} * 1024;
  /// Conversations in one list of a user's.
  std::size_t listed_conversations = 1000;
  /// Batches of back ends whose key is remembered, so that they are not carried out again.
  std::size_t remembered_batches = 10'000;
};
using settings_ptr = std::shared_ptr<const settings>;

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
