// What happened in each second of a run, for the progress line and the charts.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/load/histogram.hpp"
#include "tests/load/server_process.hpp"

namespace parley::load {

/// Counted since the run began.
struct tally {
  std::uint64_t sent = 0;
  std::uint64_t acked = 0;
  std::uint64_t delivered = 0;
  std::uint64_t notices = 0;  ///< events that are no messages
  std::uint64_t errors = 0;   ///< error events, and acks that say no
  std::uint64_t connects = 0;
  std::uint64_t failures = 0;   ///< connections that ended unasked
  std::uint64_t cut_off = 0;    ///< the same of slow readers
  std::uint64_t corrupted = 0;  ///< messages that are not as they were sent
};

struct sample {
  double at = 0;  ///< seconds since the run began
  std::uint32_t connected = 0;
  double sent_per_second = 0;
  double delivered_per_second = 0;
  double notices_per_second = 0;
  double errors = 0;
  bool has_latency = false;
  double p50_ms = 0;
  double p99_ms = 0;
  double server_cores = 0;
  double server_mib = 0;
};

/// The servers' processes, summed up.
class server_group {
 public:
  explicit server_group(const std::vector<pid_t>& pids) : each_(pids.begin(), pids.end()) {}
  bool empty() const { return each_.empty(); }
  std::uint64_t cpu_ns() const;
  std::uint64_t resident_bytes() const;

 private:
  std::vector<server_process> each_;
};

class timeline {
 public:
  explicit timeline(const server_group& servers);

  void record_latency(std::uint64_t ns) { latencies_.record(ns); }
  std::uint64_t next_sample() const { return next_; }
  const sample& take(const tally& now, std::uint32_t connected);
  const std::vector<sample>& samples() const { return samples_; }

 private:
  const server_group& servers_;
  std::uint64_t started_;
  std::uint64_t last_;
  std::uint64_t next_;
  std::uint64_t last_cpu_ = 0;
  tally before_;
  histogram latencies_;
  std::vector<sample> samples_;
};

}  // namespace parley::load
