// Where a run takes place: the users, their connections, and what is known of every message. Counts what is heard and
// passes on what traffic waits for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/load/cast.hpp"
#include "tests/load/histogram.hpp"
#include "tests/load/ledger.hpp"
#include "tests/load/swarm.hpp"
#include "tests/load/ticket.hpp"
#include "tests/load/timeline.hpp"

namespace parley::load {

/// What traffic waits for.
class follower {
 public:
  /// A user is connected and has joined everything.
  virtual void on_ready(std::uint32_t user) = 0;
  virtual void on_lost(std::uint32_t user) = 0;
  /// A message came to where it shows that it has gone its way: to its sender, or to the partner.
  virtual void on_returned(const ticket& message, word kind) = 0;
  virtual void on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) = 0;

 protected:
  ~follower() = default;
};

/// What a run is made of; outlives the stage.
struct setting {
  const script& what;
  const dialect& speaks;
  const std::vector<endpoint>& targets;
  const server_group& servers;
  std::string secret;
  std::string run;  ///< before the names of users and topics
};

class stage final : private audience, private losses {
 public:
  explicit stage(const setting& how);

  void follow(follower& by) { follower_ = &by; }

  void open(std::uint32_t user);
  void close(std::uint32_t user);
  /// Handles traffic until `deadline` (ns) or something happened; takes a sample where a second is over.
  void turn(std::uint64_t deadline);

  const script& what() const { return how_.what; }
  const dialect& speaks() const { return how_.speaks; }
  const server_group& servers() const { return how_.servers; }
  cast_list& cast() { return cast_; }
  swarm& connections() { return swarm_; }
  ledger& book() { return ledger_; }
  tally& counts() { return counts_; }
  const timeline& history() const { return timeline_; }
  std::uint32_t connected() const { return connected_; }
  std::int64_t presence_count() const { return presence_count_; }

  /// Latencies are recorded for the result of what is meant to be sent from here on, or no more, whenever it arrives.
  void measure(bool on) { (on ? measured_from_ : measured_until_) = now_ns(); }
  histogram& latencies() { return latencies_; }
  histogram& ack_times() { return ack_times_; }
  histogram& connect_times() { return connect_times_; }
  void record_ack(std::uint64_t intended, std::uint64_t now) {
    if (is_measured(intended)) ack_times_.record(now - std::min(now, intended));
  }
  /// Something that was refused, lost or malformed; each is shown once.
  void complain(std::string_view kind, std::string_view text);

  /// The server's id of the last message the user heard in a conversation, and where that was.
  struct last_heard {
    std::string id;
    std::string_view topic;
  };
  const last_heard& last_of(std::uint32_t user) const { return last_[user]; }

 private:
  void on_ready(std::uint32_t user) override;
  void on_message(std::uint32_t user, word kind, std::string_view packet, std::uint64_t now) override;
  void on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) override;
  void on_notice(std::uint32_t user, const spoken* confirms, std::string_view packet) override;
  void on_error(std::uint32_t user, std::string_view packet) override;
  void on_lost(std::uint32_t user, std::string_view reason) override;

  void seat_all();
  void no_longer_ready(std::uint32_t user);
  template <class Do>
  void for_streams_of(const player_card& who, Do what);
  void remember_last(std::uint32_t user, word kind, std::string_view packet, std::uint32_t stream);
  void show(const sample& last) const;
  void try_elsewhere(std::uint32_t user);
  bool is_slow(std::uint32_t user) const;
  bool is_measured(std::uint64_t intended) const { return intended >= measured_from_ && intended < measured_until_; }

  const setting& how_;
  ledger ledger_;
  cast_list cast_;
  swarm swarm_;
  timeline timeline_;
  follower* follower_ = nullptr;
  tally counts_;
  histogram latencies_;
  histogram ack_times_;
  histogram connect_times_;
  ticket_finder tickets_[word_count];
  std::vector<last_heard> last_;
  std::vector<bool> ready_;          // per user
  std::vector<std::size_t> target_;  // where each user connects to
  std::vector<bool> reads_;          // per group: somebody there acknowledges reading
  std::uint32_t connected_ = 0;
  std::int64_t presence_count_ = -1;
  std::minstd_rand chance_;
  std::set<std::string, std::less<>> complaints_;
  std::vector<word> kinds_;  // of the streams
  std::uint64_t measured_from_ = ~std::uint64_t{0};
  std::uint64_t measured_until_ = ~std::uint64_t{0};
};

/// The text of a field of JSON: `field("messageId", …)`; empty where there is none.
std::string_view text_field(std::string_view name, std::string_view packet);

}  // namespace parley::load
