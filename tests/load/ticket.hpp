// What a message's text carries so that each delivery can be checked and timed: where it was sent, by whom, its number,
// and when it was meant to leave. Of fixed width, so that it is found again where it lay last time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::load {

struct ticket {
  std::uint32_t stream = 0;    ///< the room, conversation or pair
  std::uint32_t sender = 0;    ///< the user's number in the run
  std::uint32_t sequence = 0;  ///< from 0 per sender
  std::uint64_t intended = 0;  ///< ns on the monotonic clock
  bool windowed = false;       ///< its sender sends the next when it is back

  /// Names the message within the run.
  std::uint64_t id() const { return std::uint64_t{sender} << 32U | sequence; }
};

/// Bytes of a ticket as text: no two messages of a run share them.
constexpr std::size_t ticket_size = 42;

/// The text of a message: the ticket, then filling up to `size` bytes.
std::string ticket_text(const ticket& value, std::size_t size);

/// Finds tickets in packets. Packets of one kind differ little, so the place of the last one is tried
/// first.
class ticket_finder {
 public:
  std::optional<ticket> find(std::string_view payload);
  /// Whether the text of `size` bytes is there as it was sent, around the ticket that was found last in the payload.
  bool is_intact(std::string_view payload, std::size_t size);

 private:
  std::size_t last_ = 0;
  std::string filling_;
};

}  // namespace parley::load
