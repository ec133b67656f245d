#include "protocol/websocket/handshake.hpp"

#include <string>

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

TEST_CASE("websocket handshake: terms of deflate are declined that are repeated, or have a value they may not have") {
  for (const auto* terms : {"client_max_window_bits=8", "client_max_window_bits=\"15\"",
                            "server_no_context_takeover; client_no_context_takeover; client_max_window_bits"})
    CHECK_MESSAGE(websocket::offers_deflate(std::string{"permessage-deflate; "} + terms), terms);
  for (const auto* terms :
       {"client_max_window_bits=99", "client_max_window_bits=7", "client_max_window_bits=", "client_max_window_bits=08",
        "server_no_context_takeover=1", "client_no_context_takeover; client_no_context_takeover"})
    CHECK_FALSE_MESSAGE(websocket::offers_deflate(std::string{"permessage-deflate; "} + terms), terms);
}

TEST_CASE("websocket handshake: a key is the base64 of sixteen bytes") {
  CHECK(websocket::valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
  for (const auto* key :
       {"", "short", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZSE=", "????????????????????????"})
    CHECK_FALSE_MESSAGE(websocket::valid_key(key), key);
}

TEST_CASE("websocket handshake: of the subprotocols offered the first is agreed to, if it is a token") {
  CHECK(websocket::choose_subprotocol("mine") == "mine");
  CHECK(websocket::choose_subprotocol(" mine , other") == "mine");
  CHECK(websocket::choose_subprotocol("").empty());
  CHECK(websocket::choose_subprotocol("no token, other").empty());
  CHECK(websocket::choose_subprotocol("a\r\nb").empty());
}
