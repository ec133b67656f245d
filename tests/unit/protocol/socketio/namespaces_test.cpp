#include "protocol/socketio/namespaces.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace parley::socketio;

TEST_CASE("namespaces: a name begins with a slash and has at most 128 characters") {
  CHECK(valid_namespace("/"));
  CHECK(valid_namespace("/chat room/é?a=b"));
  CHECK(valid_namespace("/" + std::string(127, 'a')));
  CHECK_FALSE(valid_namespace("/" + std::string(128, 'a')));
  std::string accents = "/";
  for (int i = 0; i < 127; ++i) accents += "é";
  CHECK(valid_namespace(accents));
  CHECK_FALSE(valid_namespace(accents + "é"));
}

TEST_CASE("namespaces: commas, control characters and malformed text make no name") {
  for (const std::string_view name : {"", "chat", " /", "/a,b", "/a\n", "/\x7f", "/\xc2\x85", "/\xff", "/a\x1f"})
    CHECK_FALSE(valid_namespace(name));
  CHECK_FALSE(valid_namespace({"/\0", 2}));
}

TEST_CASE("namespaces: CONNECT only where one is not, all else only where one is") {
  CHECK_FALSE(check_connected(packet_type::connect, false).has_value());
  CHECK(check_connected(packet_type::connect, true) == violation::already_connected);
  for (const packet_type type : {packet_type::disconnect, packet_type::event, packet_type::ack}) {
    CHECK_FALSE(check_connected(type, true).has_value());
    CHECK(check_connected(type, false) == violation::not_connected);
  }
}

TEST_CASE("namespaces: name and query are parted at the first question mark") {
  CHECK(split_namespace("/a?b?c") == std::pair<std::string_view, std::string_view>{"/a", "b?c"});
  CHECK(split_namespace("/a") == std::pair<std::string_view, std::string_view>{"/a", ""});
}
