// The directory actor: the users who are online, and the one voice that announces their coming and going, so that
// counts and order are the same for everybody. One per node, started by the guardian.
#pragma once

#include <bitset>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/messages.hpp"
#include "actors/state/directory_state.hpp"
#include "actors/state/settling.hpp"

namespace parley {

/// As many as `session_key` has room for.
inline constexpr std::size_t shard_numbers = 256;

struct directory_data {
  static inline const char* name = "directory";

  settings_ptr settings;
  core_ptr core;
  directory_state users;
  /// When those were last seen whose leaving is on its way to the store.
  std::unordered_map<user_id, timestamp> leaving;
  /// Keys of back ends' orders that were carried out lately.
  std::unordered_set<std::string> keys;
  std::deque<std::string> keys_by_age;
  /// While it becomes the announcer: what the one before said must arrive first.
  settling<announce_to_all> moves;
  /// The shards where nobody watches single users.
  std::bitset<shard_numbers> unwatching;

  /// True when the key was seen before; remembers it otherwise. No key is never repeated.
  bool is_repeated(const std::string& key);
};

using directory_pointer = directory_hdl::stateful_pointer<directory_data>;

directory_hdl::behavior_type directory_actor(directory_pointer self, settings_ptr settings);

}  // namespace parley
