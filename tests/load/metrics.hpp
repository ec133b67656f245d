// The numbers of a run, named as scripts' expectations name them.
#pragma once

#include "protocol/json/json.hpp"
#include "tests/load/performance.hpp"

namespace parley::load {

/// An object of numbers; those of the server only where its pid is known. Times in ms, costs in µs of CPU, memory in
/// KiB and MiB.
json metrics_of(stage& on, const outcome& of);

/// Everything: the metrics, the arrivals, the seconds, the distribution of latencies, the judgements.
json result_of(stage& on, const outcome& of);

}  // namespace parley::load
