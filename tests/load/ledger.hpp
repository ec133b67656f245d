// Whether every message that was promised arrived exactly once at every member of its stream, in one order. A stream is
// a room, a conversation, or one direction of a pair. Whoever is first to see a message sets the order; every other
// member is compared with it, at the cost of one comparison per delivery. Pure.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace parley::load {

/// Sender in the upper, sequence in the lower 32 bits: the number of the sender's connection, then of the message on
/// it.
using message_id = std::uint64_t;
constexpr unsigned connection_shift = 20;

struct ledger_counts {
  std::uint64_t received = 0;  ///< each message once per receiver
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;  ///< overtaken by a later one of its sender, or against the order that others saw
  std::uint64_t stray = 0;      ///< at a user who is not in the stream
};

class ledger {
 public:
  /// `echo`: senders receive their own messages.
  std::uint32_t add_stream(bool echo);
  void add_member(std::uint32_t stream, std::uint32_t user);

  /// The user listens to the stream: what is sent from now on must arrive. Where nothing has `confirmed` it, only what
  /// comes after the first message that does.
  void joined(std::uint32_t stream, std::uint32_t user, bool confirmed = true);
  /// The user stops listening; what is under way to them need not arrive.
  void left(std::uint32_t stream, std::uint32_t user);

  /// When a message is sent: those who listen since before are to get it.
  using stamp = std::uint64_t;
  stamp sending(std::uint32_t stream);
  /// It was acknowledged: it must arrive.
  void promise(std::uint32_t stream, message_id id, stamp sent) { streams_[stream].promised.push_back({id, sent}); }
  /// It was sent where nothing is acknowledged: it must arrive, unless its sender is excused.
  void hope(std::uint32_t stream, message_id id, stamp sent) { streams_[stream].hoped.push_back({id, sent}); }
  /// What this user sent there last, without an ack and unheard, may have been lost with their connection.
  void excuse(std::uint32_t stream, std::uint32_t sender);

  bool is_member(std::uint32_t stream, std::uint32_t user) const;
  /// A message arrived that nobody can have sent.
  void count_stray() { ++counts_.stray; }

  /// Books a message that arrived at `user`. False when it was a stray, or there before.
  bool book(std::uint32_t stream, std::uint32_t user, message_id id);

  const ledger_counts& counts() const { return counts_; }

  /// Deliveries that should have been and were not, as of now.
  std::uint64_t lost() const;

 private:
  static constexpr std::uint64_t away = ~std::uint64_t{0};
  static constexpr std::uint64_t fresh = away - 1;
  static constexpr stamp never = ~stamp{0};

  struct member {
    std::uint32_t user = 0;
    std::uint64_t position = away;      // in the stream's order; `away` or `fresh`
    std::uint64_t began = 0;            // what was before need not have come
    std::vector<message_id> missing{};  // passed over; may come late
    std::vector<message_id> early{};    // heard after joining, before anybody else who would know where it belongs
    stamp since = never;                // what was sent before need not have come
  };
  struct sent_message {
    message_id id;
    stamp sent;
  };
  struct flow {
    bool echo = true;
    bool used = false;  // somebody has sent something
    stamp clock = 0;    // rises whenever somebody comes
    std::vector<member> members{};
    std::vector<message_id> order{};
    boost::unordered_flat_set<message_id> known{};                     // those in `order`
    boost::unordered_flat_map<std::uint32_t, std::uint32_t> latest{};  // of each sender
    std::vector<sent_message> promised{};
    std::vector<sent_message> hoped{};
  };

  member* find(flow& in, std::uint32_t user);
  bool book_first(flow& in, member& by, message_id id);
  bool book_placed(flow& in, member& by, message_id id);
  bool book_astray(flow& in, member& by, message_id id);
  void place(flow& in, member& which, std::uint64_t at);
  void insert(flow& in, std::uint64_t at, message_id id);
  void append(flow& in, message_id id);
  void skip_own(const flow& in, member& of) const;
  static bool is_for(const flow& in, const member& who, message_id id);
  static std::uint64_t lost_to(const flow& in, const member& who);
  static std::uint64_t unheard_by(const flow& in, const member& who, const std::vector<sent_message>& all,
                                  const std::unordered_map<message_id, std::uint64_t>& places);
  std::uint64_t lost_in(const flow& in) const;

  std::vector<flow> streams_;
  ledger_counts counts_;
};

}  // namespace parley::load
