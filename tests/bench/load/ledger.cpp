#include "tests/bench/load/ledger.hpp"

namespace parley::bench {

ledger::ledger(const layout& shape)
    : shape_{shape},
      senders_per_group_{(shape.senders + shape.groups - 1) / shape.groups},
      next_(shape.connections() * senders_per_group_) {}

void ledger::book(std::uint32_t receiver, const ticket& message) {
  if (!is_for(receiver, message)) {
    ++counts_.stray;
    return;
  }
  auto& next = next_[receiver * senders_per_group_ + message.sender / shape_.groups];
  if (message.sequence < next) {
    ++counts_.doubled;
    return;
  }
  // A gap needs no note: what was skipped is missing from `received`, and counts as doubled should
  // it come late.
  next = message.sequence + 1;
  ++counts_.received;
}

bool ledger::is_for(std::uint32_t receiver, const ticket& message) const {
  if (message.sender >= shape_.senders) return false;
  if (message.sender % shape_.groups != receiver / shape_.members) return false;
  return shape_.sender_hears || receiver != shape_.connection_of(message.sender);
}

}  // namespace parley::bench
