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
  return auth::verify(token, ring, now, {}).has_value();
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
    const auto result = auth::verify(with_header(token, header), ring, now, {});
    REQUIRE_FALSE(result);
    CHECK(result.failure().code == errc::token_invalid);
    CHECK(accepts(ring, token));
  }
  const std::string long_one(20'000, 'A');
  for (int i = 0; i < 2; ++i) CHECK_FALSE(accepts(ring, long_one + token.substr(token.find('.'))));
  CHECK(accepts(ring, token));
}

namespace {

std::string signed_token(const json& claims) { return *auth::sign_hs256(claims, secret); }

/// A genuine token of about that many bytes.
std::string token_of_size(std::size_t bytes) {
  return signed_token({{"sub", "ada"}, {"pad", std::string(bytes * 3 / 4, 'x')}});
}

}  // namespace

TEST_CASE("jwt: a token without exp is taken, and never ends, unless exp is demanded") {
  const auto ring = ring_of(secret);
  const auto token = signed_token({{"sub", "ada"}});
  const auto taken = auth::verify(token, ring, now, {});
  REQUIRE(taken);
  CHECK_FALSE(taken->expires_at);
  const auto refused = auth::verify(token, ring, now, {.require_exp = true});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::token_invalid);
  CHECK(refused.failure().text.find("exp") != std::string::npos);
  CHECK(auth::verify(token_of("ada"), ring, now, {.require_exp = true}));
}

TEST_CASE("jwt: an exp that is no date is refused, and is not taken for none") {
  const auto ring = ring_of(secret);
  for (const json& exp : {json("soon"), json(nullptr), json::array()}) {
    CAPTURE(exp.dump());
    CHECK_FALSE(accepts(ring, signed_token({{"sub", "ada"}, {"exp", exp}})));
  }
}

TEST_CASE("jwt: iat decides nothing, nbf does") {
  const auto ring = ring_of(secret);
  for (const json& iat : {json(1'000'010), json(2'000'000), json("yesterday"), json(-1)})
    CHECK(accepts(ring, signed_token({{"sub", "ada"}, {"exp", 1'000'060}, {"iat", iat}})));
  CHECK(accepts(ring, signed_token({{"sub", "ada"}, {"nbf", 1'000'005}})));
  CHECK_FALSE(accepts(ring, signed_token({{"sub", "ada"}, {"nbf", 1'000'006}})));
}

TEST_CASE("jwt: a token of 11.8 KB is taken; one beyond the limit is told its size and the limit's name") {
  const auto ring = ring_of(secret);
  CHECK(accepts(ring, token_of_size(11'800)));
  const auto token = token_of_size(17'000);
  const auto refused = auth::verify(token, ring, now, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == errc::token_invalid);
  CHECK(refused.failure().at == attempt::long_token);
  CHECK(refused.failure().text.find(std::to_string(token.size())) != std::string::npos);
  CHECK(refused.failure().text.find("token-bytes") != std::string::npos);
  CHECK(auth::verify(token, ring, now, {.max_bytes = token.size()}));
}

TEST_CASE("jwt: a hint tells alg, kid and sub of a token that is refused, cut off, and of no token nothing") {
  const auto token = signed_token({{"sub", std::string(100, 'a')}});
  const auto hint = auth::hint_of(with_header(token, R"({"alg":"none","kid":"k1"})"), token.size() + 100);
  CHECK(hint.alg == "none");
  CHECK(hint.kid == "k1");
  CHECK(hint.sub == std::string(auth::max_hint_bytes, 'a'));
  CHECK(auth::hint_of(token, token.size() - 1).sub.empty());
  CHECK(auth::hint_of(signed_token({{"sub", 7}}), 1000).sub == "7");
  for (const auto* none : {"", "no token", "a.b.c", "..", "e30.e30.x"}) CHECK(auth::hint_of(none, 1000).sub.empty());
}

TEST_CASE("jwt: a hint is cut off between characters") {
  std::string sub(auth::max_hint_bytes - 1, 'a');
  const auto hint = auth::hint_of(signed_token({{"sub", sub + "é"}}), 1000);
  CHECK(hint.sub == sub);
}
