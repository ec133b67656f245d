// REST over HTTP: who asks, what they ask, and the actors' answer on its way back. The rules and words are in
// protocol/rest.
#pragma once

#include <memory>
#include <string_view>

#include "net/http_session.hpp"

namespace parley::net {

class shard_server;

/// Answers the request, now or when the actors have; 404 for a path that is nobody's.
void handle_rest(const std::shared_ptr<http_session>& asking, std::string_view path, shard_server& at);

}  // namespace parley::net
