#include <algorithm>

#include "tests/bench/load/ledger.hpp"
#include "tests/bench/load/report.hpp"
#include "tests/bench/load/scenarios.hpp"
#include "tests/bench/load/ticket.hpp"

namespace parley::bench {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

/// The counters at one moment; two of them make a measurement.
struct snapshot {
  std::uint64_t time;
  std::uint64_t server_cpu;
  std::uint64_t own_cpu;
  std::uint64_t deliveries;
  std::uint64_t bytes;
};

class conversation final : public message_handler {
 public:
  conversation(const options& chosen, const layout& shape)
      : chosen_{chosen},
        shape_{shape},
        server_{chosen.pid},
        clients_{chosen.server, *this},
        ledger_{shape},
        sent_(shape.senders),
        interval_{chosen.rate == 0 ? 0 : second / chosen.rate} {}

  int run() {
    enter();
    start_sending();
    run_until(now_ns() + chosen_.warm_up * second);
    latencies_.clear();
    const auto before = take_snapshot();
    run_until(before.time + chosen_.seconds * second);
    const auto after = take_snapshot();
    sending_ = false;
    drain();
    print(before, after);
    return lost() == 0 && ledger_.counts().doubled + ledger_.counts().stray + clients_.failures() == 0 ? 0 : 1;
  }

  void on_message(std::uint32_t receiver, std::string_view payload, std::uint64_t now) override {
    const auto message = tickets_.find(payload);
    if (!message) give_up("a message without a ticket");
    ledger_.book(receiver, *message);
    if (sending_) latencies_.record(now - std::min(now, message->intended));
    if (chosen_.rate == 0 && is_receipt(receiver, *message)) owed_.push_back(message->sender);
  }

 private:
  std::string room_name(std::uint32_t group) const { return "room-" + std::to_string(group); }

  void enter() {
    if (chosen_.tokens.size() < shape_.connections()) give_up("too few tokens");
    const std::vector<std::string> tokens{chosen_.tokens.begin(), chosen_.tokens.begin() + shape_.connections()};
    clients_.connect(tokens, chosen_.at_once, [&](std::uint32_t number) {
      return shape_.sender_hears ? room_name(number / shape_.members) : std::string{};
    });
    clients_.settle(second, 60 * second);
  }

  /// A saturated sender goes on when its own echo is back or, in direct messages, when its peer has
  /// been reached.
  bool is_receipt(std::uint32_t receiver, const ticket& message) const {
    return !shape_.sender_hears || receiver == shape_.connection_of(message.sender);
  }

  void start_sending() {
    sending_ = true;
    next_due_ = now_ns();
    if (chosen_.rate != 0) return;
    for (std::uint32_t i = 0; i < chosen_.window; ++i) {
      for (std::uint32_t sender = 0; sender < shape_.senders; ++sender) send(sender, now_ns());
    }
  }

  void run_until(std::uint64_t end) {
    while (now_ns() < end) {
      clients_.turn(chosen_.rate == 0 ? end : std::min(end, next_due_));
      if (chosen_.rate == 0) {
        pay_owed();
      } else {
        send_due();
      }
    }
  }

  /// Outside of the handler, which runs while a client is being read.
  void pay_owed() {
    for (const auto sender : owed_) send(sender, now_ns());
    owed_.clear();
  }

  /// The schedule does not wait for the server: a late answer makes later messages late, and their
  /// latency says so.
  void send_due() {
    for (; next_due_ <= now_ns(); next_due_ += interval_) {
      send(turn_, next_due_);
      turn_ = (turn_ + 1) % shape_.senders;
    }
  }

  void send(std::uint32_t sender, std::uint64_t intended) {
    const auto text = ticket_text({sender, sent_[sender]++, intended}, chosen_.text);
    const auto connection = shape_.connection_of(sender);
    const auto event = shape_.sender_hears ? R"(["room-message",{"room":")" + room_name(sender % shape_.groups) + '"'
                                           : R"(["send-message",{"to":")" + chosen_.users[connection + 1] + '"';
    clients_.emit(connection, event + R"(,"message":")" + text + R"("}])");
  }

  void drain() {
    constexpr std::uint64_t stalled_after = 5 * second;
    auto last = now_ns();
    while (lost() > 0 && now_ns() - last < stalled_after) {
      const auto before = ledger_.counts().received;
      clients_.turn(last + stalled_after);
      if (ledger_.counts().received != before) last = now_ns();
    }
    clients_.settle(second / 2, second);  // what is doubled may come late
  }

  std::uint64_t lost() const {
    std::uint64_t expected = 0;
    for (const auto count : sent_) expected += std::uint64_t{count} * shape_.audience();
    return expected - ledger_.counts().received;
  }

  snapshot take_snapshot() const {
    return {now_ns(), server_.cpu_ns(), own_cpu_ns(), ledger_.counts().received, clients_.counts().bytes};
  }

  void print(const snapshot& before, const snapshot& after) const {
    const auto deliveries = std::max<std::uint64_t>(1, after.deliveries - before.deliveries);
    const auto per_delivery = [&](std::uint64_t value) {
      return static_cast<double>(value) / static_cast<double>(deliveries);
    };
    const auto elapsed = static_cast<double>(after.time - before.time) / 1e9;
    const auto cpu = after.server_cpu - before.server_cpu;
    report{chosen_.scenario}
        .count("deliveries", deliveries)
        .number("perSecond", static_cast<double>(deliveries) / elapsed)
        .number("cpuUs", per_delivery(cpu) / 1e3)
        .number("cores", static_cast<double>(cpu) / 1e9 / elapsed)
        .number("generatorCpuUs", per_delivery(after.own_cpu - before.own_cpu) / 1e3)
        .number("bytes", per_delivery(after.bytes - before.bytes))
        .milliseconds("p50Ms", latencies_.quantile(0.5))
        .milliseconds("p99Ms", latencies_.quantile(0.99))
        .count("lost", lost())
        .count("doubled", ledger_.counts().doubled)
        .count("stray", ledger_.counts().stray)
        .count("failures", clients_.failures());
  }

  const options& chosen_;
  layout shape_;
  server_process server_;
  swarm clients_;
  ledger ledger_;
  ticket_finder tickets_;
  histogram latencies_;
  std::vector<std::uint32_t> sent_;  // per sender: its next number
  std::vector<std::uint32_t> owed_;  // saturated: senders to send again
  std::uint64_t interval_;           // paced: ns between messages
  std::uint64_t next_due_ = 0;
  std::uint32_t turn_ = 0;  // paced: the next sender
  bool sending_ = false;
};

}  // namespace

int run_room(const options& chosen) {
  if (chosen.senders > chosen.groups * chosen.members) give_up("more senders than members");
  return conversation{chosen, {chosen.groups, chosen.members, chosen.senders, true}}.run();
}

int run_direct(const options& chosen) { return conversation{chosen, {chosen.groups, 2, chosen.groups, false}}.run(); }

}  // namespace parley::bench
