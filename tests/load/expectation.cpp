#include "tests/load/expectation.hpp"

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

}  // namespace

std::optional<expectation> parse_expectation(std::string_view text) {
  std::istringstream in{std::string{text}};
  expectation read;
  std::string rest;
  if (!(in >> read.metric >> read.comparison >> read.bound) || in >> rest) return std::nullopt;
  if (!comparisons().contains(read.comparison)) return std::nullopt;
  return read;
}

judgement judge(std::string_view text, const json& metrics) {
  const auto wanted = parse_expectation(text);
  if (!wanted) return {std::string{text}, "not understood", false};
  const auto found = metrics.find(wanted->metric);
  if (found == metrics.end() || !found->is_number()) return {std::string{text}, "no such metric in this run", false};
  const auto value = found->get<double>();
  return {std::string{text}, found->dump(), comparisons().at(wanted->comparison)(value, wanted->bound)};
}

}  // namespace parley::load
