// A whole run, from the first arrival to the audit: arrive group by group, settle, warm up, measure, stop, drain,
// audit.
#pragma once

#include "protocol/json/json.hpp"
#include "tests/load/audit.hpp"
#include "tests/load/stage.hpp"
#include "tests/load/traffic.hpp"

namespace parley::load {

/// One group's arrival.
struct arrival {
  std::string group;
  std::uint32_t users = 0;
  double seconds = 0;
  std::uint64_t server_cpu_ns = 0;
  std::int64_t resident_bytes = 0;  ///< how much the servers grew by
  std::uint64_t p50_ns = 0;
  std::uint64_t p99_ns = 0;
  std::uint64_t notices = 0;
};

/// Between the first and the last moment of measuring.
struct measurement {
  double seconds = 0;
  tally counts;
  std::uint64_t server_cpu_ns = 0;
  std::uint64_t own_cpu_ns = 0;
  std::uint64_t bytes = 0;
};

struct outcome {
  std::vector<arrival> arrivals;
  measurement measured;
  audit_result audited;
  std::uint64_t unanswered = 0;  ///< acks that never came, on connections that were there to the end
};

/// Ends the program where the users cannot get in.
outcome perform(stage& on);

}  // namespace parley::load
