#include "protocol/websocket/handshake.hpp"

#include <doctest/doctest.h>

namespace websocket = parley::websocket;

TEST_CASE("websocket handshake: the key of RFC 6455 has the answer of RFC 6455") {
  CHECK(websocket::accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("websocket handshake: an offer to compress is taken on terms that let frames be shared") {
  for (const char* offers : {
           "permessage-deflate",
           "permessage-deflate; client_max_window_bits",
           "permessage-deflate;client_max_window_bits=10;server_no_context_takeover",
           "x-webkit-deflate-frame, permessage-deflate ; client_no_context_takeover",
           "permessage-deflate; server_max_window_bits=10, permessage-deflate",
       })
    CHECK_MESSAGE(websocket::offers_deflate(offers), offers);
}

TEST_CASE("websocket handshake: other offers are not taken") {
  for (const char* offers : {
           "",
           ",",
           "permessage-bzip2",
           "permessage-deflate; server_max_window_bits=10",
           "permessage-deflate; unheard_of",
           "x; permessage-deflate",
       })
    CHECK_FALSE_MESSAGE(websocket::offers_deflate(offers), offers);
}
