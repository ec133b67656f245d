#include "tests/load/timeline.hpp"

#include <utility>

namespace parley::load {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr double mib = 1024.0 * 1024.0;

double ms(std::uint64_t ns) { return static_cast<double>(ns) / 1e6; }

}  // namespace

std::uint64_t server_group::cpu_ns() const {
  std::uint64_t sum = 0;
  for (const auto& each : each_) sum += each.cpu_ns();
  return sum;
}

std::uint64_t server_group::resident_bytes() const {
  std::uint64_t sum = 0;
  for (const auto& each : each_) sum += each.resident_bytes();
  return sum;
}

timeline::timeline(const server_group& servers)
    : servers_{servers}, started_{now_ns()}, last_{started_}, next_{started_ + second}, last_cpu_{servers.cpu_ns()} {}

const sample& timeline::take(const tally& now, std::uint32_t connected) {
  const auto at = now_ns();
  const auto elapsed = static_cast<double>(at - std::exchange(last_, at)) / 1e9;
  const auto per_second = [&](std::uint64_t after, std::uint64_t before) {
    return static_cast<double>(after - before) / elapsed;
  };
  const auto cpu = servers_.cpu_ns();
  samples_.push_back({.at = static_cast<double>(at - started_) / 1e9,
                      .connected = connected,
                      .sent_per_second = per_second(now.sent, before_.sent),
                      .delivered_per_second = per_second(now.delivered, before_.delivered),
                      .notices_per_second = per_second(now.notices, before_.notices),
                      .errors = static_cast<double>(now.errors + now.failures - before_.errors - before_.failures),
                      .has_latency = latencies_.count() > 0,
                      .p50_ms = ms(latencies_.quantile(0.5)),
                      .p99_ms = ms(latencies_.quantile(0.99)),
                      .server_cores = per_second(cpu, std::exchange(last_cpu_, cpu)) / 1e9,
                      .server_mib = static_cast<double>(servers_.resident_bytes()) / mib});
  before_ = now;
  latencies_.clear();
  next_ += second;
  return samples_.back();
}

}  // namespace parley::load
