#include "net/random_id.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace parley::net;

TEST_CASE("random id: has 22 characters of base64url, and is another each time") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto id = random_id();
    CHECK(id.size() == 22);
    CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
          std::string::npos);
    seen.insert(id);
  }
  CHECK(seen.size() == 1000);
}

TEST_CASE("sid: names its node and shard, and has 128 random bits besides") {
  const auto sid = make_sid({.node = 0xdeadbeef, .shard = 250});
  const auto owner = owner_of(sid);
  REQUIRE(owner);
  CHECK(owner->node == 0xdeadbeef);
  CHECK(owner->shard == 250);
  CHECK(sid.size() == 8 + 22);
  CHECK(make_sid({.node = 1, .shard = 2}) != make_sid({.node = 1, .shard = 2}));
}

TEST_CASE("sid: what no server of ours made has no owner") {
  for (const std::string_view sid : {"", "abc", "AAAAAAAAAAAAAAAAAAAA", "!!!!!!!!AAAAAAAAAAAAAAAAAAAAAA"})
    CHECK_FALSE(owner_of(sid));
}
