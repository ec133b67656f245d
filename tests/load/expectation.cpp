#include "tests/load/expectation.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <sstream>

namespace parley::load {
namespace {

const std::map<std::string, std::function<bool(double, double)>, std::less<>>& comparisons() {
  static const std::map<std::string, std::function<bool(double, double)>, std::less<>> known{
      {"<", std::less<>{}},          {"<=", std::less_equal<>{}},    {"==", std::equal_to<>{}},
      {"!=", std::not_equal_to<>{}}, {">=", std::greater_equal<>{}}, {">", std::greater<>{}}};
  return known;
}

constexpr std::array<std::string_view, 43> metric_names{"users",
                                                        "connected",
                                                        "sent",
                                                        "sent_per_s",
                                                        "acked_per_s",
                                                        "delivered",
                                                        "delivered_per_s",
                                                        "notices_per_s",
                                                        "connects_per_s",
                                                        "bytes_per_delivery",
                                                        "generator_cores",
                                                        "p50_ms",
                                                        "p90_ms",
                                                        "p99_ms",
                                                        "p999_ms",
                                                        "max_ms",
                                                        "ack_p50_ms",
                                                        "ack_p99_ms",
                                                        "arrivals_per_s",
                                                        "connect_p50_ms",
                                                        "connect_p99_ms",
                                                        "cpu_us_per_connect",
                                                        "kib_per_connection",
                                                        "server_cores",
                                                        "cpu_us_per_delivery",
                                                        "cpu_us_per_event",
                                                        "server_mib",
                                                        "lost",
                                                        "doubled",
                                                        "reordered",
                                                        "stray",
                                                        "corrupted",
                                                        "unanswered",
                                                        "errors",
                                                        "failures",
                                                        "cut_off",
                                                        "acked",
                                                        "received",
                                                        "connects",
                                                        "kept",
                                                        "kept_missing",
                                                        "kept_doubled",
                                                        "presence_wrong"};

}  // namespace

std::optional<expectation> parse_expectation(std::string_view text) {
  const auto begin = text.find_first_of("<>=!");
  if (begin == std::string_view::npos) return std::nullopt;
  const auto end = std::min(text.find_first_not_of("<>=!", begin), text.size());
  expectation read;
  std::istringstream name{std::string{text.substr(0, begin)}};
  std::istringstream bound{std::string{text.substr(end)}};
  read.comparison = text.substr(begin, end - begin);
  std::string rest;
  if (!(name >> read.metric) || name >> rest || !(bound >> read.bound) || bound >> rest) return std::nullopt;
  if (!comparisons().contains(read.comparison)) return std::nullopt;
  return read;
}

bool is_metric(std::string_view name) {
  return std::find(metric_names.begin(), metric_names.end(), name) != metric_names.end();
}

judgement judge(std::string_view text, const json& metrics) {
  const auto wanted = parse_expectation(text);
  if (!wanted) return {std::string{text}, "not understood", false};
  const auto found = metrics.find(wanted->metric);
  if (found == metrics.end() || !found->is_number()) return {std::string{text}, "nothing was measured", false};
  const auto value = found->get<double>();
  return {std::string{text}, found->dump(), comparisons().at(wanted->comparison)(value, wanted->bound)};
}

}  // namespace parley::load
