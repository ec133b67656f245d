#include "protocol/rest/path.hpp"

#include <doctest/doctest.h>

using parley::rest::match;
using parley::rest::path_values;

TEST_CASE("path: a pattern without placeholders matches itself alone") {
  CHECK(match("/websocket/broadcast", "/websocket/broadcast") == path_values{});
  CHECK_FALSE(match("/websocket/broadcast", "/websocket/broadcast/"));
  CHECK_FALSE(match("/websocket/broadcast", "/websocket"));
  CHECK_FALSE(match("/websocket/broadcast", "/websocket/broadcast/all"));
  CHECK_FALSE(match("/websocket/broadcast", "websocket/broadcast"));
  CHECK_FALSE(match("/websocket/broadcast", ""));
}

TEST_CASE("path: placeholders take one segment each, in order") {
  constexpr auto pattern = "/api/conversations/{id}/members/{userId}";
  CHECK(match(pattern, "/api/conversations/c1/members/7") == path_values{"c1", "7"});
  CHECK_FALSE(match(pattern, "/api/conversations/c1/messages/7"));
  CHECK_FALSE(match(pattern, "/api/conversations//members/7"));
  CHECK_FALSE(match(pattern, "/api/conversations/c1/members/"));
}

TEST_CASE("path: a placeholder's value is percent-decoded, after the segments were cut") {
  CHECK(match("/users/{id}", "/users/a%20b%2Fc") == path_values{"a b/c"});
  CHECK(match("/users/{id}", "/users/%C3%A9") == path_values{"\u00e9"});
}

TEST_CASE("path: a broken percent sign matches nothing") {
  CHECK_FALSE(match("/users/{id}", "/users/%"));
  CHECK_FALSE(match("/users/{id}", "/users/%4"));
  CHECK_FALSE(match("/users/{id}", "/users/%zz"));
  CHECK_FALSE(match("/users/{id}", "/users/%-1"));
}
