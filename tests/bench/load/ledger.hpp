// Who was to receive what: connections in groups of equal size, each with its senders, and of every
// receiver the next number it must see from each sender of its group. Anything but exactly once and
// in order is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/bench/load/ticket.hpp"

namespace parley::bench {

/// Connections 0 to groups × members - 1, group by group. Sender k is member k / groups of group k
/// % groups, so that any number of senders is spread evenly.
struct layout {
  std::uint32_t groups;
  std::uint32_t members;
  std::uint32_t senders;
  bool sender_hears;  ///< rooms echo to the sender; a direct message does not

  std::uint32_t connections() const { return groups * members; }
  std::uint32_t connection_of(std::uint32_t sender) const { return sender % groups * members + sender / groups; }
  std::uint32_t audience() const { return sender_hears ? members : members - 1; }
};

struct delivery_counts {
  std::uint64_t received;  ///< each message once per receiver
  std::uint64_t doubled;   ///< seen before, or overtaken by a later one of the same sender
  std::uint64_t stray;     ///< at a connection it was not for
};

class ledger {
 public:
  explicit ledger(const layout& shape);

  /// Books a message that arrived at `receiver`.
  void book(std::uint32_t receiver, const ticket& message);

  const delivery_counts& counts() const { return counts_; }

 private:
  bool is_for(std::uint32_t receiver, const ticket& message) const;

  layout shape_;
  std::size_t senders_per_group_;
  std::vector<std::uint32_t> next_;  // [receiver][sender of its group]
  delivery_counts counts_{};
};

}  // namespace parley::bench
