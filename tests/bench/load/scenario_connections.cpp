#include "tests/bench/load/report.hpp"
#include "tests/bench/load/scenarios.hpp"

namespace parley::bench {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t quiet = second / 2;
constexpr std::uint64_t patience = 60 * second;

/// Nobody speaks while connections are measured.
class silent : public message_handler {
 public:
  void on_message(std::uint32_t, std::string_view, std::uint64_t) override { give_up("a message nobody sent"); }
};

std::vector<std::string> part(const std::vector<std::string>& all, std::size_t first, std::size_t count) {
  if (first + count > all.size()) give_up("too few tokens");
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

double seconds_since(std::uint64_t start) { return static_cast<double>(now_ns() - start) / 1e9; }

double per(std::uint32_t count, double total) { return total / static_cast<double>(count); }

/// The server's CPU while nothing is asked of it, as a share of one core.
double idle_cpu(swarm& clients, const server_process& server, std::uint32_t seconds) {
  const auto cpu_before = server.cpu_ns();
  const auto started = now_ns();
  const auto end = started + seconds * second;
  while (now_ns() < end) clients.turn(end);
  return static_cast<double>(server.cpu_ns() - cpu_before) / 1e9 / seconds_since(started);
}

}  // namespace

int run_connect(const options& chosen) {
  const server_process server{chosen.pid};
  silent nobody;
  swarm clients{chosen.server, nobody};
  const auto no_room = [](std::uint32_t) { return std::string{}; };
  clients.connect(part(chosen.tokens, 0, chosen.before), chosen.at_once, no_room);
  clients.settle(quiet, patience);

  clients.connect_times().clear();
  const auto notices_before = clients.counts().notices;
  const auto started = now_ns();
  const auto cpu_before = server.cpu_ns();
  clients.connect(part(chosen.tokens, chosen.before, chosen.count), chosen.at_once, no_room);
  const auto elapsed = seconds_since(started);
  clients.settle(quiet, patience);
  const auto cpu = static_cast<double>(server.cpu_ns() - cpu_before);
  const auto greetings = chosen.count;
  report{"connect"}
      .count("connects", chosen.count)
      .number("perSecond", chosen.count / elapsed)
      .number("cpuUs", per(chosen.count, cpu / 1e3))
      .count("announcements", clients.counts().notices - notices_before - greetings)
      .milliseconds("p50Ms", clients.connect_times().quantile(0.5))
      .milliseconds("p99Ms", clients.connect_times().quantile(0.99))
      .count("failures", clients.failures());
  return clients.failures() == 0 ? 0 : 1;
}

int run_idle(const options& chosen) {
  const server_process server{chosen.pid};
  silent nobody;
  swarm clients{chosen.server, nobody};
  const auto room_of = [&](std::uint32_t number) { return "room-" + std::to_string(number % chosen.groups); };
  clients.connect(part(chosen.tokens, 0, chosen.before), chosen.at_once, room_of);
  clients.settle(2 * second, patience);
  const auto resident_before = server.resident_bytes();

  clients.connect(part(chosen.tokens, chosen.before, chosen.count), chosen.at_once, room_of);
  clients.settle(2 * second, patience);
  const auto idle = idle_cpu(clients, server, chosen.seconds);
  const auto resident = server.resident_bytes();
  const auto grown = static_cast<double>(resident) - static_cast<double>(resident_before);
  report{"idle"}
      .count("connections", chosen.count)
      .number("bytes", per(chosen.count, grown))
      .count("residentBefore", resident_before)
      .count("resident", resident)
      .number("cores", idle)
      .count("failures", clients.failures());
  return clients.failures() == 0 ? 0 : 1;
}

}  // namespace parley::bench
