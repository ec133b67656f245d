// The one table of options: name, default, help, and how a text becomes a value. Flags, environment variables, the
// file's keys and the help text all come from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/config.hpp"

namespace parley::net {

struct option_row {
  std::string section;
  std::string
      name;  // `ping-interval`: the flag --ping-interval, the key ping-interval, the variable PARLEY_PING_INTERVAL
  std::string fallback;
  std::string help;
  /// Puts the value in its place; the complaint when the text is none.
  std::function<std::optional<std::string>(config&, const std::string&)> set;
  bool is_flag = false;
  bool secret = false;      // refused on the command line, where every user of the machine can read it
  bool repeatable = false;  // several on the command line are one list
};

const std::vector<option_row>& option_table();

/// Its rows of limits (config_limit_options.cpp).
std::vector<option_row> limit_option_rows();

/// `ping-interval` → `PARLEY_PING_INTERVAL`.
std::string environment_name(const std::string& option);

/// What no option can know alone: combinations that make no sense. Appends one sentence for each.
void check_combinations(const config& values, std::vector<std::string>& errors);

}  // namespace parley::net
