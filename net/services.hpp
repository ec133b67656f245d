// From the configuration to what the shards share: reads the key files, builds the tables. On the main thread: at the
// start, for --check-config, and where SIGHUP reloads a part.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/config.hpp"
#include "net/cors.hpp"
#include "net/shard_server.hpp"
#include "protocol/domain/result.hpp"

namespace parley::net {

/// Nothing where the keys can be read that tokens are checked with; else a sentence: which file or option is wrong, and
/// why. What is odd about a key is logged.
std::optional<std::string> check_keys(const config& how);
/// Whose tokens are taken. The error names the option and the file.
result<auth::policy, std::string> make_auth_policy(const config& how);

/// Which pages may ask.
cors make_cors(const config& how);

/// The error is a sentence for the log: which file or option is wrong.
/// `node`: the number of this run in a cluster, 0 where there is none.
result<std::unique_ptr<shared_services>, std::string> make_services(const config& how, std::uint32_t node = 0);

}  // namespace parley::net
