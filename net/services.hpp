// From the configuration to what the shards share: reads the key files, builds the tables. Main thread, once.
#pragma once

#include <memory>
#include <string>

#include "net/config.hpp"
#include "net/shard_server.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// The error is a sentence for the log: which file or option is wrong.
result<std::unique_ptr<shared_services>, std::string> make_services(const config& how);

}  // namespace parley::net
