#include "tests/load/performance.hpp"

#include <algorithm>

namespace parley::load {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t arrival_patience = 180 * second;
constexpr std::uint64_t short_turn = second / 100;
constexpr std::uint64_t quiet = second / 2;
constexpr std::uint64_t most_failures_arriving = 20;
constexpr std::uint64_t failing_for = 10 * second;

std::uint64_t ns(double seconds) { return static_cast<std::uint64_t>(seconds * static_cast<double>(second)); }

class director {
 public:
  explicit director(stage& on) : stage_{on}, traffic_{on} {}

  outcome perform() {
    for (std::uint32_t i = 0; i < stage_.what().groups.size(); ++i) arrive(i);
    traffic_.run_until(now_ns() + ns(stage_.what().settle_seconds));
    traffic_.start();
    traffic_.run_until(now_ns() + ns(stage_.what().warm_up_seconds));
    measure();
    traffic_.stop();
    drain();
    made_.unanswered = traffic_.unanswered();
    made_.audited = audit(stage_, traffic_);
    return std::move(made_);
  }

 private:
  void arrive(std::uint32_t group) {
    const auto span = stage_.cast().groups[group];
    arrival made{.group = stage_.what().groups[group].name, .users = span.count};
    stage_.connect_times().clear();
    const auto started = now_ns();
    const auto cpu = stage_.servers().cpu_ns();
    const auto resident = stage_.servers().resident_bytes();
    const auto notices = stage_.counts().notices;
    let_in(group, span, started);
    made.seconds = static_cast<double>(now_ns() - started) / 1e9;
    settle();
    made.server_cpu_ns = stage_.servers().cpu_ns() - cpu;
    made.resident_bytes =
        static_cast<std::int64_t>(stage_.servers().resident_bytes()) - static_cast<std::int64_t>(resident);
    made.p50_ns = stage_.connect_times().quantile(0.5);
    made.p99_ns = stage_.connect_times().quantile(0.99);
    made.notices = stage_.counts().notices - notices;
    made_.arrivals.push_back(std::move(made));
  }

  void let_in(std::uint32_t group, group_span span, std::uint64_t started) {
    const auto& plan = stage_.what().groups[group];
    const auto target = stage_.connected() + span.count;
    std::uint32_t opened = 0;
    auto most = stage_.connected();
    auto last_in = started;
    auto failures = stage_.counts().failures;
    const auto last_due = started + (plan.per_second > 0 ? ns(span.count / plan.per_second) : 0);
    while (stage_.connected() < target) {
      const auto ready = span.count - (target - stage_.connected());
      const auto now = now_ns();
      const auto due = plan.per_second > 0
                           ? static_cast<std::uint32_t>(std::min<double>(
                                 span.count, 1 + plan.per_second * static_cast<double>(now - started) / 1e9))
                           : span.count;
      const auto allowed = plan.at_once > 0 ? std::min(due, ready + plan.at_once) : due;
      for (; opened < std::min(allowed, span.count); ++opened) stage_.open(span.first + opened);
      traffic_.turn(now + short_turn);
      if (stage_.connected() > most) {
        most = stage_.connected();
        last_in = now;
        failures = stage_.counts().failures;
      }
      if (stage_.counts().failures > failures + most_failures_arriving && now > last_in + failing_for)
        give_up("the users cannot get in");
      if (now > last_due + arrival_patience) give_up("the users did not get in in time");
    }
  }

  /// Until nothing has come for a while.
  void settle() {
    const auto heard = [&] { return stage_.counts().notices + stage_.counts().delivered; };
    const auto limit = now_ns() + 20 * quiet;
    for (auto last = now_ns(); now_ns() < std::min(last + quiet, limit);) {
      const auto before = heard();
      traffic_.run_until(now_ns() + short_turn);
      if (heard() != before) last = now_ns();
    }
  }

  void measure() {
    const auto counts = stage_.counts();
    const auto cpu = stage_.servers().cpu_ns();
    const auto own = own_cpu_ns();
    const auto bytes = stage_.connections().bytes();
    const auto started = now_ns();
    stage_.measure(true);
    traffic_.run_until(started + ns(stage_.what().measure_seconds));
    stage_.measure(false);
    auto& to = made_.measured;
    to.seconds = static_cast<double>(now_ns() - started) / 1e9;
    to.server_cpu_ns = stage_.servers().cpu_ns() - cpu;
    to.own_cpu_ns = own_cpu_ns() - own;
    to.bytes = stage_.connections().bytes() - bytes;
    const auto& now = stage_.counts();
    to.counts = {now.sent - counts.sent,         now.acked - counts.acked,    now.delivered - counts.delivered,
                 now.notices - counts.notices,   now.errors - counts.errors,  now.connects - counts.connects,
                 now.failures - counts.failures, now.cut_off - counts.cut_off};
  }

  /// Until nothing is lost and nothing more comes, or time is up: what is doubled may come late.
  void drain() {
    const auto end = now_ns() + ns(stage_.what().drain_seconds);
    while (now_ns() < end) {
      const auto before = stage_.book().counts().received;
      traffic_.run_until(std::min(end, now_ns() + quiet));
      if (stage_.book().counts().received == before && stage_.book().lost() == 0 && everybody_is_back()) return;
    }
  }

  bool everybody_is_back() const { return stage_.connected() == stage_.cast().users.size(); }

  stage& stage_;
  traffic traffic_;
  outcome made_;
};

}  // namespace

outcome perform(stage& on) { return director{on}.perform(); }

}  // namespace parley::load
