#include "protocol/auth/jwt.hpp"

#include <doctest/doctest.h>

#include "protocol/auth/base64url.hpp"
#include "protocol/auth/sign.hpp"
#include "protocol/json/json.hpp"

using namespace parley;

namespace {

constexpr std::string_view secret = "a secret of more than thirty-two bytes";
constexpr std::string_view other_secret = "another secret, of more than thirty-two";
constexpr std::chrono::system_clock::time_point now{std::chrono::seconds{1'000'000}};

auth::key_ring ring_of(std::string_view with) {
  auth::key_ring ring;
  REQUIRE(ring.add_secret("secret", with));
  return ring;
}

std::string token_of(std::string_view user, std::string_view with = secret) {
  return *auth::sign_hs256({{"sub", user}, {"exp", 1'000'060}}, with);
}

bool accepts(const auth::key_ring& ring, const std::string& token) {
  return auth::verify(token, ring, now, std::chrono::seconds{5}).has_value();
}

/// The token with another header; the rest is as it was.
std::string with_header(const std::string& token, std::string_view header) {
  return auth::base64url::encode(header) + token.substr(token.find('.'));
}

}  // namespace

TEST_CASE("jwt: token after token is judged by its own signature") {
  const auto ring = ring_of(secret);
  for (const char* user :
       {"ada", "bob", "ada", "someone whose name is longer than a block of the hash, which has 64"}) {
    const auto token = token_of(user);
    CHECK(accepts(ring, token));
    CHECK(accepts(ring, token));
    CHECK_FALSE(accepts(ring, token_of(user, other_secret)));
    CHECK_FALSE(accepts(ring, token.substr(0, token.rfind('.')) + token_of("eve").substr(token_of("eve").rfind('.'))));
    CHECK(accepts(ring, token));
  }
}

TEST_CASE("jwt: keys in turn do not get in each other's way, nor does one that is gone") {
  const auto ring = ring_of(secret);
  for (int i = 0; i < 50; ++i) {
    const auto short_lived = ring_of(i % 2 == 0 ? other_secret : secret);
    CHECK(accepts(short_lived, token_of("ada", other_secret)) == (i % 2 == 0));
    CHECK(accepts(short_lived, token_of("ada")) == (i % 2 != 0));
    CHECK(accepts(ring, token_of("ada")));
  }
}

TEST_CASE("jwt: each token has its own header") {
  const auto ring = ring_of(secret);
  const auto token = token_of("ada");
  CHECK(accepts(ring, token));
  for (const std::string_view header :
       {R"({"alg":"none"})", R"({"alg":"RS256","typ":"JWT"})", R"({"alg":"HS256","crit":["x"]})", "", "[]"}) {
    const auto result = auth::verify(with_header(token, header), ring, now, std::chrono::seconds{5});
    REQUIRE_FALSE(result);
    CHECK(result.failure().code == errc::token_invalid);
    CHECK(accepts(ring, token));
  }
  const std::string long_one(auth::max_header_bytes + 1, 'A');
  for (int i = 0; i < 2; ++i) CHECK_FALSE(accepts(ring, long_one + token.substr(token.find('.'))));
  CHECK(accepts(ring, token));
}
