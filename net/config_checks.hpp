// What was configured and would be ignored: options that mean nothing beside the others, and what works otherwise than
// it reads. Pure; on the main thread, after each option was read.
#pragma once

#include "net/config.hpp"

namespace parley::net {

/// Appends a sentence to the errors for each option that would be ignored, and to the warnings for what is odd. The
/// options themselves must be free of errors.
void check_use(loaded_config& into);

}  // namespace parley::net
