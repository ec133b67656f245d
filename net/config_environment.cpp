#include "net/config_environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unistd.h>

#include "net/config_options.hpp"

namespace parley::net {
namespace {

constexpr std::string_view prefix = "PARLEY_";

constexpr std::array<std::string_view, 10> others{
    "PARLEY_CONFIG",       "PARLEY_BUILD_TESTING", "PARLEY_CHAOS_FREEZE_MS",
    "PARLEY_CHAOS_ROUNDS", "PARLEY_FUZZ",          "PARLEY_KILL_ROUNDS",
    "PARLEY_LOAD",         "PARLEY_NICE",          "PARLEY_SANITIZE",
    "PARLEY_ROOT"};

/// `PARLEY_PORT=tcp://10.0.0.7:3000`, `PARLEY_PORT_3000_TCP_ADDR`, `PARLEY_SERVICE_HOST`, …
bool names_service(std::string_view name) {
  return name == "PARLEY_PORT" || name.starts_with("PARLEY_PORT_") || name.starts_with("PARLEY_SERVICE_") ||
         name == "PARLEY_NAME" || name.starts_with("PARLEY_ENV_");
}

bool is_option(std::string_view name) {
  const auto& all = option_table();
  return std::any_of(all.begin(), all.end(),
                     [name](const option_row& row) { return environment_name(row.name) == name; });
}

}  // namespace

std::vector<std::string> unknown_variables() {
  std::vector<std::string> found;
  for (auto* const* each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry{*each};
    const auto name = entry.substr(0, entry.find('='));
    const bool known = std::find(others.begin(), others.end(), name) != others.end();
    if (name.starts_with(prefix) && !known && !names_service(name) && !is_option(name)) found.emplace_back(name);
  }
  return found;
}

}  // namespace parley::net
