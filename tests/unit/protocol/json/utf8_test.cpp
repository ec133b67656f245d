#include "protocol/json/utf8.hpp"

#include <string>

#include <doctest/doctest.h>

namespace utf8 = parley::utf8;

TEST_CASE("utf8: well-formed text is valid at every length around eight bytes") {
  for (std::size_t n = 0; n < 20; ++n) {
    CHECK(utf8::valid(std::string(n, 'a')));
    CHECK(utf8::valid(std::string(n, 'a') + "\U0010FFFF"));
    CHECK_FALSE(utf8::valid(std::string(n, 'a') + "\xff" + std::string(n, 'a')));
  }
}

TEST_CASE("utf8: malformed sequences are refused") {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"})
    CHECK_FALSE(utf8::valid(text));
}

TEST_CASE("utf8: lengths are counted in code points and in JavaScript's units") {
  CHECK(utf8::code_points("aé日😀") == 4U);
  CHECK(utf8::utf16_length("aé日😀") == 5U);
  CHECK_FALSE(utf8::utf16_length("\xff").has_value());
  CHECK(utf8::utf16_prefix("aé日😀b", 5) == 10U);
  CHECK_FALSE(utf8::utf16_prefix("aé日😀b", 4).has_value());
  CHECK_FALSE(utf8::utf16_prefix("ab", 3).has_value());
  CHECK(utf8::utf16_prefix("", 0) == 0U);
}

TEST_CASE("utf8: control characters are those of C0, DEL and C1") {
  for (const char* text : {"a\x01", "\n", "\x7f", "\xc2\x80", "\xc2\x9f"}) CHECK(utf8::has_control(text));
  for (const char* text : {"", "a b", "\xc2\xa0", "é日😀"}) CHECK_FALSE(utf8::has_control(text));
}
