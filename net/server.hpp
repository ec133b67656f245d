// The composition root: the only place that knows all parts. Runs on the main thread, which builds everything, waits
// for a signal, and takes everything down again.
#pragma once

#include "net/config.hpp"

namespace parley::net {

/// Serves until SIGTERM or SIGINT. Prints `listening on http://HOST:PORT` to standard output once it is ready. Returns
/// the process's exit code: 0 after a stop by signal, 1 when it could not start, which is logged.
int run(const config& how);

}  // namespace parley::net
