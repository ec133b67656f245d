#include "protocol/auth/hmac.hpp"

#include <string>

#include <doctest/doctest.h>

#include "protocol/auth/sha1.hpp"

using namespace parley::auth;

namespace {

template <class Bytes>
std::string hex(const Bytes& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) text.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  return text;
}

}  // namespace

TEST_CASE("hmac: the examples of RFC 4231, with keys shorter and longer than a block") {
  CHECK(hex(hmac_key{std::string(20, '\x0b')}.mac_of("Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_key{"Jefe"}.mac_of("what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_key{std::string(20, '\xaa')}.mac_of(std::string(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hex(hmac_key{std::string(131, '\xaa')}.mac_of("Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("hmac: a key may be used again and again") {
  const hmac_key key{"Jefe"};
  const auto first = key.mac_of("one");
  CHECK(key.mac_of("two") != first);
  CHECK(key.mac_of("one") == first);
}

TEST_CASE("sha1: of parts as of the whole (FIPS 180, example)") {
  CHECK(hex(sha1({"a", "bc"})) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}
