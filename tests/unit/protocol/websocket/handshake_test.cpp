#include "protocol/websocket/handshake.hpp"

#include <string>

#include <doctest/doctest.h>

namespace websocket = parley::websocket;

TEST_CASE("websocket handshake: the key of RFC 6455 has the answer of RFC 6455") {
  CHECK(websocket::accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

namespace {

/// What is answered behind the two terms that every agreement has; "declined" where there is none.
std::string agreed(std::string_view offers) {
  const std::string always = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const auto made = websocket::agree_to_deflate(offers);
  if (!made) return "declined";
  REQUIRE(made->terms.starts_with(always));
  return made->terms.substr(always.size());
}

}  // namespace

TEST_CASE("websocket handshake: an offer to compress is taken, without contexts, so that frames can be shared") {
  for (const char* offers : {
           "permessage-deflate",
           "permessage-deflate; client_max_window_bits",
           "permessage-deflate; server_no_context_takeover",
           "x-webkit-deflate-frame, permessage-deflate ; client_no_context_takeover",
       })
    CHECK_MESSAGE(agreed(offers).empty(), offers);
}

TEST_CASE("websocket handshake: windows are agreed to as they are offered") {
  CHECK(agreed("permessage-deflate; server_max_window_bits=10") == "; server_max_window_bits=10");
  CHECK(agreed("permessage-deflate;client_max_window_bits=10;server_no_context_takeover") ==
        "; client_max_window_bits=10");
  CHECK(agreed("permessage-deflate; client_max_window_bits=\"15\"; server_max_window_bits=8") ==
        "; server_max_window_bits=8; client_max_window_bits=15");
  CHECK(websocket::agree_to_deflate("permessage-deflate; server_max_window_bits=9")->server_window_bits == 9);
  CHECK(websocket::agree_to_deflate("permessage-deflate; client_max_window_bits=9")->server_window_bits == 15);
}

TEST_CASE("websocket handshake: of several offers the first counts that is well-formed") {
  CHECK(agreed("permessage-deflate; server_max_window_bits=10, permessage-deflate") == "; server_max_window_bits=10");
  CHECK(agreed("permessage-deflate; server_max_window_bits=16, permessage-deflate").empty());
}

TEST_CASE("websocket handshake: other offers are not taken") {
  for (const char* offers : {
           "",
           ",",
           "permessage-bzip2",
           "permessage-deflate; unheard_of",
           "x; permessage-deflate",
       })
    CHECK_MESSAGE(agreed(offers) == "declined", offers);
}

TEST_CASE("websocket handshake: terms of deflate are declined that are repeated, or have a value they may not have") {
  for (const auto* terms :
       {"client_max_window_bits=99", "client_max_window_bits=7", "client_max_window_bits=", "client_max_window_bits=08",
        "server_max_window_bits", "server_max_window_bits=", "server_max_window_bits=7", "server_max_window_bits=16",
        "server_max_window_bits=9; server_max_window_bits=9", "server_no_context_takeover=1",
        "client_no_context_takeover; client_no_context_takeover"})
    CHECK_MESSAGE(agreed(std::string{"permessage-deflate; "} + terms) == "declined", terms);
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
