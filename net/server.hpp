// The composition root: the only place that knows all parts. Runs on the main thread, which builds everything, waits
// for a signal, and takes everything down again.
#pragma once

#include <functional>

#include "net/config.hpp"

namespace parley::net {

/// Serves until SIGTERM or SIGINT; a second one ends the wait for clients to go. SIGHUP reloads what `read_again`
/// finds (reloader). Prints `listening on http://HOST:PORT` to standard output once it is ready. Returns the process's
/// exit code: 0 after a stop by signal, 1 when it could not start, which is logged.
int run(loaded_config with, std::function<loaded_config()> read_again);

}  // namespace parley::net
