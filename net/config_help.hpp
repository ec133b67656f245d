// What `parleyd --help` prints, made from the table of options.
#pragma once

#include <string>

namespace parley::net {

/// Lines of at most 100 characters, grouped by section.
std::string help_text();

}  // namespace parley::net
