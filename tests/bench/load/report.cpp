#include "tests/bench/load/report.hpp"

#include <cstdio>

namespace parley::bench {
namespace {

int width(std::string_view text) { return static_cast<int>(text.size()); }

}  // namespace

report::report(std::string_view scenario) { std::printf(R"({"scenario":"%.*s")", width(scenario), scenario.data()); }

report::~report() { std::printf("}\n"); }

report& report::number(std::string_view name, double value) {
  std::printf(R"(,"%.*s":%.3f)", width(name), name.data(), value);
  return *this;
}

report& report::count(std::string_view name, std::uint64_t value) {
  std::printf(R"(,"%.*s":%llu)", width(name), name.data(), static_cast<unsigned long long>(value));
  return *this;
}

report& report::milliseconds(std::string_view name, std::uint64_t ns) {
  return number(name, static_cast<double>(ns) / 1e6);
}

}  // namespace parley::bench
