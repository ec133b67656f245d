// What a session has of the conversations that it hears of: the numbers of the messages and of the changes that were
// written to it, so that it is told nothing twice when it asks for what it missed. One per session that needs it; used
// by the network actor alone, on the shard's thread. Invariant: of at most `max_conversations`; beyond that, what is
// known of another one is forgotten, and a session that asks for its messages may get some again.
#pragma once

#include <cstddef>
#include <unordered_map>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/number_ranges.hpp"

namespace parley::net {

class heard_log {
 public:
  static constexpr std::size_t max_conversations = 1000;

  struct entry {
    number_ranges messages;
    number_ranges changes;
    /// Written by the replay that is under way.
    std::size_t replayed = 0;
  };

  /// Null where nothing is known of it.
  entry* find(const conversation_id& in);
  /// Makes room for it.
  entry& of(const conversation_id& in);

 private:
  std::unordered_map<conversation_id, entry> entries_;
};

}  // namespace parley::net
