#include "protocol/json/json_text.hpp"

#include <limits>

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"
#include "tests/unit/protocol/json/random_json.hpp"

using parley::json;
namespace json_text = parley::json_text;

namespace {

std::string round_trip(std::string_view text) {
  auto value = json_text::parse(text);
  REQUIRE_MESSAGE(value.has_value(), text);
  return json_text::dump(*value);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

const std::string sentinel = "\xF4\x8F\xBF\xBD";

}  // namespace

TEST_CASE("json: what JavaScript can say survives parse and dump") {
  for (const std::string_view text : {
           R"({"a":1,"b":[true,false,null],"c":"x"})",
           R"("\ud800")",
           R"("\udc00")",
           R"("a\ud800b\udfffc")",
           R"(["\ud800",{"\udbff":"\ude00\ud83d"}])",
           R"("\u0000")",
           R"({"__proto__":{"x":1},"constructor":2})",
           R"("\u001f\b\t\n\f\r\"\\")",
           R"(-9223372036854775808)",
           R"(18446744073709551615)",
           R"(0.1)",
           R"([])",
           R"({})",
           R"("")",
           R"({"_placeholder":true,"num":0})",
           R"("日本 😀 é")",
       })
    CHECK(round_trip(text) == text);
}

TEST_CASE("json: escapes that mean an ordinary character become that character") {
  CHECK(round_trip(R"("\ud83d\ude00\u00e9\/\u0041")") == R"("😀é/A")");
  CHECK(round_trip(R"("\uD800\uD83D\uDE00")") == R"("\ud800😀")");
  CHECK(round_trip(R"("\\ud800")") == R"("\\ud800")");
}

TEST_CASE("json: the sentinel itself, raw or escaped, comes back as the character it is") {
  for (const std::string after : {"", "d800", "0000", "dfff", "zz"}) {
    CHECK(round_trip("\"" + sentinel + after + "\"") == "\"" + sentinel + after + "\"");
    CHECK(round_trip("\"\\udbff\\udffd" + after + "\"") == "\"" + sentinel + after + "\"");
    CHECK(round_trip("\"\\uDBFF\\uDFFD" + after + "\"") == "\"" + sentinel + after + "\"");
  }
}

TEST_CASE("json: a lone surrogate is an escape of ours inside the value") {
  CHECK(json_text::parse(R"("x\uD83Dy")")->get<std::string>() == "x" + sentinel + "d83dy");
}

TEST_CASE("json: a text as deep as allowed is taken, one level more is refused") {
  CHECK(json_text::parse(nested(json_text::most_depth)));
  CHECK_FALSE(json_text::parse(nested(json_text::most_depth + 1)));
  CHECK(json_text::parse(nested(3), {.max_depth = 3}));
  CHECK_FALSE(json_text::parse(R"({"a":{"b":[{}]}})", {.max_depth = 3}));
  CHECK(json_text::parse("[" + nested(2) + "," + nested(2) + "]", {.max_depth = 3}));
  CHECK(json_text::parse(nested(4), {.max_depth = 3}).failure().code == parley::errc::payload_too_deep);
}

TEST_CASE("json: brackets inside strings are not depth, however the string tries to end") {
  CHECK(json_text::parse("[\"" + std::string(200, '[') + R"(\"[[[\\","x"])"));
  CHECK_FALSE(json_text::parse("[\"\\\\\"," + nested(70) + "]", {.max_depth = 64}));
}

TEST_CASE("json: hostile texts are errors") {
  for (const std::string_view text : {
           "",
           " ",
           "[",
           "]",
           "{",
           "\"",
           "\"\\",
           "\"\\u",
           "\"\\ud8",
           "\"\\ud800",
           "\"\\ud800\\",
           "\"\\ud800\\u\"",
           "[1,]",
           "{\"a\":}",
           "{a:1}",
           "'a'",
           "nul",
           "01",
           "-",
           "+1",
           "NaN",
           "[1]x",
           "\"\n\"",
           "\"\\x41\"",
           "/**/1",
           "\"\xff\"",
           "\"\xc0\xaf\"",
           "\"\xed\xa0\x80\"",
           "\"\xf4\x90\x80\x80\"",
           "\"\xe2\x82\"",
           "\xF4\x8F\xBF\xBD",
           "[1,2",
           "{\"a\":1",
           "{\"a\" 1}",
           "\"\\uzzzz\"",
       })
    CHECK_MESSAGE(!json_text::parse(text), text);
  const std::string bomb(1'000'000, '[');
  CHECK(json_text::parse(bomb).failure().text == "Malformed JSON");
  CHECK(json_text::parse("[}").failure().code == parley::errc::invalid_payload);
}

TEST_CASE("json: a number that no double can hold is named, the beginning of a long one") {
  const auto huge = json_text::parse("[1,1e400,2e500]").failure();
  CHECK(huge.code == parley::errc::invalid_payload);
  CHECK(huge.text == "The number 1e400 is out of range");
  CHECK(json_text::parse("-" + std::string(400, '9')).failure().text ==
        "The number -" + std::string(31, '9') + "… is out of range");
  CHECK(round_trip("1e-400") == "0");
}

TEST_CASE("json: negative zero is zero, as in JavaScript") {
  for (const std::string_view text : {"-0", "-0.0", "-0e1"}) CHECK(round_trip(text) == "0");
}

TEST_CASE("json: of two members with one name the last counts") {
  CHECK(round_trip(R"({"a":1,"a":2})") == R"({"a":2})");
}

TEST_CASE("json: dump never throws, whatever a string or a number holds") {
  CHECK(json_text::dump("a\xff\xc3") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(json_text::dump(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(json_text::dump(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json_text::dump(json::binary({1, 2, 255})) == "\t\"AQL/\"");
}

TEST_CASE("json: random values survive dump and parse") {
  parley::test::random_json random{20240501};
  for (int i = 0; i < 5'000; ++i) {
    const json value = random.value();
    const std::string text = json_text::dump(value);
    const auto again = json_text::parse(text);
    REQUIRE_MESSAGE(again.has_value(), text);
    REQUIRE(*again == value);
    REQUIRE(json_text::dump(*again) == text);
  }
}

TEST_CASE("json: no mutation of a text makes parse do more than refuse, and what it takes is stable") {
  parley::test::random_json random{7};
  int taken = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = json_text::dump(random.value());
    for (std::size_t n = random.below(4); n > 0 && !text.empty(); --n)
      text[random.below(text.size())] = "\"\\u[]{},:0d\xF4\x8F"[random.below(12)];
    if (const auto value = json_text::parse(text)) {
      ++taken;
      const std::string once = json_text::dump(*value);
      REQUIRE(json_text::dump(*json_text::parse(once)) == once);
    }
  }
  CHECK(taken > 1'000);
}
