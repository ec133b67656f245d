// The HTTP answer to a request for a WebSocket, and what it agrees to. Pure, on the shard's thread.
#pragma once

#include <string>

#include "net/http_request.hpp"
#include "protocol/dialects/frame.hpp"

namespace parley::net {

struct ws_handshake {
  std::string answer;  // all of it
  bool agreed = false;
  dialects::compression compression = dialects::compression::none;
};

ws_handshake answer_handshake(const http_request& request, bool offer_deflate);

}  // namespace parley::net
