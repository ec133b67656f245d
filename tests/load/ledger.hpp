// Whether every message that was promised arrived exactly once at every member of its stream, in one order. A stream is
// a room, a conversation, or one direction of a pair. Whoever is first to see a message sets the order; every other
// member is compared with it, at the cost of one comparison per delivery. Pure.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace parley::load {

/// Sender in the upper, sequence in the lower 32 bits.
using message_id = std::uint64_t;

struct ledger_counts {
  std::uint64_t received = 0;  ///< each message once per receiver
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;  ///< overtaken by a later one, or against the order that others saw
  std::uint64_t stray = 0;      ///< at a user who is not in the stream
};

class ledger {
 public:
  /// `echo`: senders receive their own messages.
  std::uint32_t add_stream(bool echo);
  void add_member(std::uint32_t stream, std::uint32_t user);

  /// The user listens to the stream from the next message on, whichever that is.
  void joined(std::uint32_t stream, std::uint32_t user);
  /// The user stops listening; what is under way to them need not arrive.
  void left(std::uint32_t stream, std::uint32_t user);

  /// The message was acknowledged (or, where nothing is, sent): it must arrive.
  void promise(std::uint32_t stream, message_id id) { streams_[stream].promised.push_back(id); }
  /// What this user sent without an ack may have been lost with their connection.
  void excuse(std::uint32_t sender) { excused_.insert(sender); }

  /// Books a message that arrived at `user`. False when it was a stray, or there before.
  bool book(std::uint32_t stream, std::uint32_t user, message_id id);

  const ledger_counts& counts() const { return counts_; }

  /// Deliveries that should have been and were not, as of now.
  std::uint64_t lost() const;

 private:
  struct member {
    std::uint32_t user;
    std::uint64_t position;           // in the stream's order; `away` or `fresh`
    std::uint64_t began;              // what was before need not have come
    std::vector<message_id> missing;  // passed over; may come late
    std::vector<message_id> early;    // heard after joining, before anybody else who would know where it belongs
  };
  struct flow {
    bool echo;
    std::vector<member> members;
    std::vector<message_id> order;
    std::vector<message_id> promised;
  };

  static constexpr std::uint64_t away = ~std::uint64_t{0};
  static constexpr std::uint64_t fresh = away - 1;

  member* find(flow& in, std::uint32_t user);
  bool book_first(flow& in, member& by, message_id id);
  bool book_placed(flow& in, member& by, message_id id);
  bool book_astray(flow& in, member& by, message_id id);
  void place(flow& in, member& which, std::uint64_t at);
  void insert(flow& in, std::uint64_t at, message_id id);
  void skip_own(const flow& in, member& of) const;
  std::uint64_t lost_in(const flow& in) const;

  std::vector<flow> streams_;
  std::unordered_set<std::uint32_t> excused_;
  ledger_counts counts_;
};

}  // namespace parley::load
