// OpenSSL keeps errors in a queue per thread, and takes whatever is in there for the result of the operation at hand.
// CAF runs all links on one thread and never empties the queue: one connection that breaks, or a stranger's garbage on
// the cluster port, would make it close the links to all other nodes. Used by the process's link to OpenSSL, on every
// thread.
#pragma once

namespace parley::net {

/// From the start of the process on, what CAF reads, writes and shakes hands by begins with an empty queue. Calling
/// this does nothing; it makes sure that the linker keeps what does.
void keep_tls_errors_apart();

}  // namespace parley::net
