// What a message's text carries so that each delivery can be checked and timed: who sent it, its
// number, and when it was meant to leave. Of fixed width, so that it is written in place and found
// again where it lay last time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::bench {

struct ticket {
  std::uint32_t sender;    ///< the sender's number within the scenario
  std::uint32_t sequence;  ///< from 0 per sender
  std::uint64_t intended;  ///< ns on the monotonic clock
};

/// The text of a message: the ticket, then filling up to `size` bytes.
std::string ticket_text(const ticket& value, std::size_t size);

/// Finds tickets in frames. Frames of one kind differ little, so the place of the last one is tried
/// first.
class ticket_finder {
 public:
  std::optional<ticket> find(std::string_view payload);

 private:
  std::size_t last_ = 0;
};

}  // namespace parley::bench
