// The environment variables of the process that are named like options and are none: a misspelt one would be ignored.
#pragma once

#include <string>
#include <vector>

namespace parley::net {

/// The `PARLEY_…` variables that set nothing. Known, and left out, are those of the scripts and tests of this
/// repository, and those that Docker and Kubernetes make for a service whose name is parley.
std::vector<std::string> unknown_variables();

}  // namespace parley::net
