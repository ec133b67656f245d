// What only the machine can tell about a configuration: files that are missing, or are not what they should be, and
// addresses that it has not. For --check-config; on the main thread. Changes nothing.
#pragma once

#include <string>
#include <vector>

#include "net/config.hpp"

namespace parley::net {

/// A sentence for each thing that a start would fail on, with the option's name; empty where there is none.
std::vector<std::string> check_surroundings(const config& how);

}  // namespace parley::net
