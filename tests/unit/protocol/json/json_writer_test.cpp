#include "protocol/json/json_writer.hpp"

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"

namespace json_text = parley::json_text;

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  json_text::append_string(out, text);
  return out;
}

}  // namespace

TEST_CASE("json writer: commas stand where they must and nowhere else") {
  std::string out = "42[";
  json_text::writer writer{out};
  writer.value("name").begin_object().field("text", "a\"b").field("number", -5).field("big", ~std::uint64_t{0});
  writer.field("yes", true).field("half", 0.5).raw_field("raw", "[1,2]").key("empty").begin_object().end_object();
  writer.key("list").begin_array().value(1).value("x").null().begin_array().end_array().end_array();
  writer.end_object().raw("7").end_array();
  CHECK(out == R"(42["name",{"text":"a\"b","number":-5,"big":18446744073709551615,"yes":true,"half":0.5,)"
               R"("raw":[1,2],"empty":{},"list":[1,"x",null,[]]},7])");
}

TEST_CASE("json writer: what stands before it is not looked at") {
  std::string out = "4/ns,";
  json_text::writer{out}.value("x");
  CHECK(out == "4/ns,\"x\"");
}

TEST_CASE("json writer: a string that ends in a bracket or colon is still followed by a comma") {
  std::string out;
  json_text::writer{out}.begin_array().value("[").value("{").value(":").end_array();
  CHECK(out == R"(["[","{",":"])");
}

TEST_CASE("json writer: every byte that needs an escape gets it at every offset") {
  for (std::size_t offset = 0; offset < 20; ++offset) {
    const std::string before(offset, 'x');
    const std::string after(11, 'y');
    for (int byte = 0; byte < 0x80; ++byte) {
      const std::string text = before + static_cast<char>(byte) + after;
      REQUIRE(escaped(text) == parley::json(text).dump());
    }
    REQUIRE(escaped(before + "é日😀" + after) == "\"" + before + "é日😀" + after + "\"");
    REQUIRE(escaped(before + "\x80" + after) == "\"" + before + "\xEF\xBF\xBD" + after + "\"");
  }
}

TEST_CASE("json writer: sentinel escapes become the lone surrogates they stand for") {
  const std::string sentinel = "\xF4\x8F\xBF\xBD";
  CHECK(escaped("a" + sentinel + "d800b") == R"("a\ud800b")");
  CHECK(escaped(sentinel + "0000") == "\"" + sentinel + "\"");
  for (const std::string other : {"", "d7ff", "e000", "D800", "d80", "d80g", "000"})
    CHECK(escaped(sentinel + other) == "\"" + sentinel + other + "\"");
}
