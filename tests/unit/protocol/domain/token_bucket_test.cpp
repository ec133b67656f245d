#include "protocol/domain/token_bucket.hpp"

#include <doctest/doctest.h>

using namespace parley;
using namespace std::chrono_literals;

namespace {
const token_bucket::time_point start{1h};
}

TEST_CASE("token bucket: a second's worth at once, then one at a time") {
  token_bucket bucket{10};
  for (int count = 0; count < 10; ++count) {
    CHECK(bucket.wait(start) == 0s);
    bucket.take(start);
  }
  CHECK(bucket.wait(start) == 100ms);
  CHECK(bucket.wait(start + 40ms) > 59ms);
  CHECK(bucket.wait(start + 100ms) == 0s);
}

TEST_CASE("token bucket: what was taken on credit is paid back before the next") {
  token_bucket bucket{10};
  for (int count = 0; count < 15; ++count) bucket.take(start);
  CHECK(bucket.wait(start) == 600ms);
}

TEST_CASE("token bucket: it never holds more than a second's worth, and no rate is no limit") {
  token_bucket bucket{2};
  bucket.take(start);
  for (int count = 0; count < 2; ++count) bucket.take(start + 1h);
  CHECK(bucket.wait(start + 1h) > 0s);
  token_bucket open{0};
  for (int count = 0; count < 100; ++count) open.take(start);
  CHECK(open.wait(start) == 0s);
}
