// The result of a scenario: one JSON object on one line of standard output, which run.mjs reads.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::bench {

/// Prints while it lives: from the opening brace to the closing one.
class report {
 public:
  explicit report(std::string_view scenario);
  ~report();
  report(const report&) = delete;
  report& operator=(const report&) = delete;

  report& number(std::string_view name, double value);
  report& count(std::string_view name, std::uint64_t value);
  report& milliseconds(std::string_view name, std::uint64_t ns);
};

}  // namespace parley::bench
