// What SIGHUP does: reads the configuration once more, and takes over what can change in a running server: the keys of
// tokens, the origins of pages, the levels of the log; opens the log's file anew. On the main thread. Invariant: a
// configuration with mistakes changes nothing.
#pragma once

#include <functional>
#include <string>

#include "net/config.hpp"
#include "net/log.hpp"
#include "net/shard_server.hpp"

namespace parley::net {

log::options log_options(const config& how);

class reloader {
 public:
  reloader(loaded_config first, std::function<loaded_config()> read) : now_{std::move(first)}, read_{std::move(read)} {}

  /// What is in force: of a reload, what was taken over.
  const config& current() const { return now_.values; }

  /// Logs what it did, or why it did nothing.
  void reload(shared_services& live);

 private:
  loaded_config now_;
  std::function<loaded_config()> read_;
};

}  // namespace parley::net
