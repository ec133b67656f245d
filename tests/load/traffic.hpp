// What the users of a script do while it runs: messages on a schedule, by thinking, or as fast as they come back;
// typing, reading, asking; going and coming back. Schedules wait for nobody: a late server makes latencies, not fewer
// messages.
#pragma once

#include <cstdint>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "tests/load/stage.hpp"

namespace parley::load {

class traffic final : public follower {
 public:
  explicit traffic(stage& on);

  void start();
  /// Nobody says or changes anything any more.
  void stop();
  void run_until(std::uint64_t end);
  /// Waits until something happens, at most until `end`, and does what is due.
  void turn(std::uint64_t end);

  /// Acknowledged messages of conversations, for the audit.
  struct kept_message {
    std::uint32_t stream;
    message_id id;
  };
  const std::vector<kept_message>& kept() const { return kept_; }
  /// Acks that are open on connections that are.
  std::uint64_t unanswered() const;

  void on_ready(std::uint32_t user) override;
  void on_lost(std::uint32_t user) override;
  void on_returned(const ticket& message, word kind) override;
  void on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) override;

 private:
  enum class step : unsigned char { pace, think, go, come, read, stop_typing };
  struct entry {
    std::uint64_t due;
    step what;
    std::uint32_t who;     // a user; for `pace` the group
    std::uint32_t action;  // `pace`: the group's action
    bool operator>(const entry& other) const { return due > other.due; }
  };
  struct waiting_ack {
    std::uint64_t number;
    std::uint64_t intended;
    message_id id;
    std::uint32_t stream;
    action_kind kind;
    ledger::stamp sent;
    bool windowed;
  };
  struct speaker {
    std::vector<waiting_ack> acks;
    std::uint64_t next_ack = 0;
    std::uint32_t sent = 0;  // messages: the number of the connection, then of the message
    std::uint32_t next_topic = 0;
    std::uint64_t pending_go = 0;  // when this connection is to be left; lest an older appointment end a newer one
  };

  void start_group(std::uint32_t group);
  void start_window(std::uint32_t group, const action_plan& plan);
  bool sends(std::uint32_t user, const action_plan& plan) const;
  void carry_out(const entry& due);
  void pace(const entry& due);
  void think(const entry& due);
  void go(const entry& due);
  void read(const entry& due);
  void schedule_departure(std::uint32_t user, std::uint64_t from);
  void act(std::uint32_t user, const action_plan& plan, std::uint64_t intended);
  void send(std::uint32_t user, const action_plan& plan, std::uint64_t intended);
  blanks fill(const player_card& card, const topic* where, std::string_view text) const;
  const topic* choose(std::uint32_t user, const std::vector<topic>& from);
  void type(std::uint32_t user);
  void read_last(std::uint32_t user);
  void ask_presence(std::uint32_t user);
  void repeat(std::uint32_t user, action_kind kind);
  void pay_owed();
  const action_plan* window_of(std::uint32_t user, action_kind kind) const;
  std::uint32_t sender(std::uint32_t group, const action_plan& plan, std::uint32_t turn) const;
  std::uint64_t draw(range from);
  const group_plan& group_of(std::uint32_t user) const;

  stage& stage_;
  std::mt19937_64 random_;
  std::priority_queue<entry, std::vector<entry>, std::greater<>> agenda_;
  std::vector<speaker> speakers_;
  std::vector<std::vector<std::uint32_t>> turns_;  // [group][action]: the next sender
  struct debt {
    std::uint32_t user;
    action_kind kind;
  };
  std::vector<debt> owed_;
  std::vector<kept_message> kept_;
  bool running_ = false;
  bool finishing_ = false;
};

}  // namespace parley::load
