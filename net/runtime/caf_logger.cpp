// CAF notes for its log which actor each thread runs: twice for each run of an actor, in one table for all threads,
// behind a lock whose cache line they pass around. Debian builds CAF without a log (CAF_LOG_LEVEL_QUIET), so nobody
// reads that table. A thread notes nothing as long as no logger was made its own, which only this function does; the
// program's symbols come before those of shared libraries, so CAF calls this one.
#include <caf/logger.hpp>

static_assert(CAF_LOG_LEVEL == CAF_LOG_LEVEL_QUIET, "a log that CAF writes needs its logger");

void caf::logger::set_current_actor_system(actor_system* /*unused*/) {}
