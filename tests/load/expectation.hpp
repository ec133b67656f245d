// What a script expects of its result: a metric, a comparison, a number. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/json/json.hpp"

namespace parley::load {

struct expectation {
  std::string metric;
  std::string comparison;  ///< one of < <= == != >= >
  double bound = 0;
};

/// Of the form `p99_ms < 20`.
std::optional<expectation> parse_expectation(std::string_view text);

struct judgement {
  std::string text;   ///< the expectation as it was written
  std::string found;  ///< the number, or why there is none
  bool met = false;
};

/// Whether runs have a number of that name; not all have all.
bool is_metric(std::string_view name);

/// `metrics` is an object of numbers. A metric that is not there is not met.
judgement judge(std::string_view text, const json& metrics);

}  // namespace parley::load
