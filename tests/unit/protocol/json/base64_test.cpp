#include "protocol/json/base64.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/json/random_json.hpp"

namespace base64 = parley::base64;

TEST_CASE("base64: the vectors of RFC 4648") {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(base64::encode(bytes) == text);
    CHECK(base64::decode(text) == bytes);
  }
}

TEST_CASE("base64: anything but the one right text is refused") {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zg===", "=", "==", "====", "Zh==", "Zm9=", "Zm9v=", "Z=g=",
                                      "Zg==Zg==", "Zm 9", "Zm9\n", "Zm9-", "Zm9_", "Zm9\xff", "Zm9v\n", "A==="})
    CHECK_MESSAGE(!base64::decode(text).has_value(), text);
}

TEST_CASE("base64: random bytes survive") {
  parley::test::random_json random{3};
  for (int i = 0; i < 2'000; ++i) {
    const std::string bytes = random.bytes();
    REQUIRE(base64::decode(base64::encode(bytes)) == bytes);
  }
}

TEST_CASE("base64: without padding, and with the digits for URLs") {
  using base64::alphabet;
  CHECK(base64::decode_unpadded("", alphabet::url) == "");
  CHECK(base64::decode_unpadded("Zg", alphabet::url) == "f");
  CHECK(base64::decode_unpadded("Zm8", alphabet::url) == "fo");
  CHECK(base64::decode_unpadded("-_-_", alphabet::url) == "\xfb\xff\xbf");
  CHECK(base64::decode_unpadded("+/+/", alphabet::standard) == "\xfb\xff\xbf");
  for (const std::string_view text : {"Z", "Zh", "Zm9", "Zg==", "+/+/", "Zm9vZ", "Zm 9", "Zm9\xff", "\xff\xff"})
    CHECK_MESSAGE(!base64::decode_unpadded(text, alphabet::url).has_value(), text);
}

TEST_CASE("base64: for URLs, without padding, both ways") {
  const auto encoded = [](std::string_view bytes) {
    std::string text{"<"};
    base64::append_url(text, bytes);
    return text.substr(1);
  };
  CHECK(encoded("") == "");
  CHECK(encoded("f") == "Zg");
  CHECK(encoded("fo") == "Zm8");
  CHECK(encoded("foo") == "Zm9v");
  CHECK(encoded("\xfb\xff\xbf") == "-_-_");
  parley::test::random_json random{4};
  for (int i = 0; i < 2'000; ++i) {
    const std::string bytes = random.bytes();
    REQUIRE(base64::decode_unpadded(encoded(bytes), base64::alphabet::url) == bytes);
  }
}
