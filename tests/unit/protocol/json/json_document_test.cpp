#include "protocol/json/json_document.hpp"

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"
#include "tests/unit/protocol/json/random_json.hpp"

using namespace parley;
using json_text::document;
using json_text::outcome;
using json_text::values;

namespace {

/// What the text reads as, written again.
std::string again(std::string_view text) {
  document read;
  REQUIRE_MESSAGE(read.read(text) == outcome::read, text);
  return json_text::dump(read.root());
}

}  // namespace

TEST_CASE("document: fields are read where they stand") {
  document read;
  REQUIRE(read.read(R"( {"a" : 1, "b":[true, null,"x"], "c":-2, "d":0.5, "e":{"f":{}}} )") == outcome::read);
  const auto root = read.root();
  CHECK(root.is_object());
  CHECK(root.size() == 5);
  CHECK(root.find("a").natural() == 1);
  CHECK(root.find("b").size() == 3);
  CHECK(root.find("b").front().truth());
  CHECK(root.find("c").integer() == -2);
  CHECK(root.find("c").real() == -2);
  CHECK(root.find("d").real() == 0.5);
  CHECK(root.find("e").find("f").is_object());
  std::string seen;
  for (const auto each : root.find("b").elements()) seen += json_text::dump(each) + ' ';
  CHECK(seen == "true null \"x\" ");
  for (const auto& [name, value] : root.find("e").members()) CHECK((name == "f" && value.size() == 0));
}

TEST_CASE("document: what is not there is absent, and so is all in it") {
  document read;
  CHECK_FALSE(read.root());
  REQUIRE(read.read(R"({"null":null,"text":"x"})") == outcome::read);
  const auto root = read.root();
  CHECK_FALSE(root.find("none"));
  CHECK_FALSE(root.find("none").find("deeper").front());
  CHECK(root.find("none").is_null());
  CHECK(root.find("null"));
  CHECK(root.find("null").is_null());
  CHECK_FALSE(root.front());
  CHECK_FALSE(root.find("text").find("x"));
  CHECK(root.find("text").natural() == 0);
  CHECK(root.find("text").elements().begin() == root.find("text").elements().end());
  CHECK(root.find("null").text().empty());
}

TEST_CASE("document: of members with one name the last counts, and all are passed on as they came") {
  document read;
  REQUIRE(read.read(R"({"z":1,"a":2,"z":3})") == outcome::read);
  CHECK(read.root().find("z").natural() == 3);
  CHECK(read.root().to_json() == json{{"a", 2}, {"z", 3}});
  CHECK(json_text::dump(read.root()) == R"({"z":1,"a":2,"z":3})");
}

TEST_CASE("document: strings are those of the text, or unescaped beside it") {
  document read;
  const std::string text = R"(["plain","é","a\nb","\ud83d\ude00","\ud800","last"])";
  REQUIRE(read.read(text) == outcome::read);
  const auto in_text = [&](std::string_view part) {
    return part.data() >= text.data() && part.data() < text.data() + text.size();
  };
  std::vector<std::string_view> parts;
  for (const auto each : read.root().elements()) parts.push_back(each.text());
  REQUIRE(parts.size() == 6);
  for (const std::size_t same : {0U, 1U, 5U}) CHECK(in_text(parts[same]));
  CHECK(parts[2] == "a\nb");
  CHECK(parts[3] == "😀");
  CHECK(again(text) == R"(["plain","é","a\nb","😀","\ud800","last"])");
}

TEST_CASE("document: no string moves when others are unescaped behind it") {
  // Each escape of a lone surrogate is longer than in the text, and so is the sentinel.
  std::string text = "[";
  for (int i = 0; i < 300; ++i) {
    text += i == 0 ? R"("\ud800)" : R"(,"\ud800)";
    text += "\xF4\x8F\xBF\xBD\"";
  }
  text += "]";
  document read;
  REQUIRE(read.read(text) == outcome::read);
  for (const auto each : read.root().elements()) CHECK(each.text() == read.root().front().text());
  CHECK(again(text) == text);
}

TEST_CASE("document: as many values as there are, however many fit without growing") {
  for (const std::size_t count : {0U, 1U, 22U, 23U, 24U, 25U, 47U, 48U, 1000U}) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "[" : ",[") + std::to_string(i) + "]";
    text += "]";
    CHECK(again(text) == text);
  }
}

TEST_CASE("document: what is no JSON, or too deep, is told apart") {
  document read;
  CHECK(read.read("[1,") == outcome::malformed);
  CHECK(read.read("") == outcome::malformed);
  CHECK(read.read("1 2") == outcome::malformed);
  CHECK(read.read("\"\x01\"") == outcome::malformed);
  CHECK(read.read("[[]]", {.max_depth = 2}) == outcome::read);
  CHECK(read.read("[[]]", {.max_depth = 1}) == outcome::too_deep);
  CHECK(read.read("[1e400]") == outcome::out_of_range);
  CHECK(read.read("[1e400,[[]]]", {.max_depth = 1}) == outcome::too_deep);
}

TEST_CASE("document: one is read after the other into the same") {
  document read;
  REQUIRE(read.read(R"(["\u0041","b"])") == outcome::read);
  REQUIRE(read.read(R"({"c":"\u0044"})") == outcome::read);
  CHECK(json_text::dump(read.root()) == R"({"c":"D"})");
  REQUIRE(read.read_own(std::string{R"(["a text of its own"])"}) == outcome::read);
  CHECK(read.root().front().text() == "a text of its own");
}

TEST_CASE("document: arguments are the elements behind the name, or one value") {
  document read;
  REQUIRE(read.read(R"(["name",[1],{"a":[2]},3])") == outcome::read);
  const auto args = values::behind_first(read.root());
  CHECK(args.size() == 3);
  CHECK(args.front().is_array());
  CHECK(args.to_json() == json::parse(R"([[1],{"a":[2]},3])"));
  REQUIRE(read.read(R"(["name"])") == outcome::read);
  CHECK(values::behind_first(read.root()).size() == 0);
  CHECK_FALSE(values::behind_first(read.root()).front());
  CHECK(values{read.root()}.to_json() == json::parse(R"([["name"]])"));
  CHECK(values{json_view{}}.to_json() == json::array());
}

TEST_CASE("document: bytes take the place of a value") {
  document read;
  REQUIRE(read.read(R"([{"_placeholder":true,"num":0},"next"])") == outcome::read);
  read.replace(read.root().front(), "\xff\x01");
  CHECK(read.root().to_json() == json::array({json::binary({0xff, 1}), "next"}));
  CHECK(json_text::dump(read.root()) == "[\t\"/wE=\",\"next\"]");
}

TEST_CASE("document: random values are the same when read, and when held") {
  parley::test::random_json random{7};
  for (int i = 0; i < 5'000; ++i) {
    const json value = random.value();
    const auto text = json_text::dump(value);
    document read;
    REQUIRE(read.read(text) == outcome::read);
    REQUIRE(read.root().to_json() == value);
    REQUIRE(json_text::dump(read.root()) == text);
    document held;
    held.hold(value);
    REQUIRE(held.root().to_json() == value);
    REQUIRE(json_text::dump(held.root()) == text);
  }
}

TEST_CASE("document: what is too deep, or out of range, is null, and all around it can be read") {
  document read;
  REQUIRE(read.read(R"(["name",{"a":[1,{"x":"\u0041","y":[]}],"b":{"c":{}},"d":1e999},"\u0042"])", {.max_depth = 2}) ==
          outcome::too_deep);
  CHECK(json_text::dump(read.root()) == R"(["name",{"a":null,"b":null,"d":null},"B"])");
  CHECK(read.number_out_of_range() == "1e999");
  REQUIRE(read.read("[]") == outcome::read);
  CHECK(read.number_out_of_range() == "");
}

TEST_CASE("document: what is too deep is checked all the same, however deep") {
  document read;
  constexpr std::size_t levels = 500'000;
  const std::string bomb = std::string(levels, '[') + std::string(levels, ']');
  CHECK(read.read(bomb, {.max_depth = 3}) == outcome::too_deep);
  CHECK(read.read(std::string(levels, '['), {.max_depth = 3}) == outcome::malformed);
  std::string objects;
  for (int level = 0; level < 1000; ++level) objects += R"({"a":1,"b":[2,{}],"c":)";
  CHECK(read.read(objects + "1e5" + std::string(1000, '}'), {.max_depth = 3}) == outcome::too_deep);
  for (const std::string_view wrong :
       {"[[1,]]", "[[,1]]", "[[1 2]]", "[{]}", "[{\"a\"}]", "[{\"a\":}]", "[{\"a\":1,}]", "[{1:2}]", "[[1}]", "[[tru]]",
        "[[\"\xff\"]]", "[[01]]", "[[]", "[[]]]", "[[],]", "[{\"a\":1 \"b\":2}]", "[{,}]"})
    CHECK_MESSAGE(read.read(wrong, {.max_depth = 1}) == outcome::malformed, wrong);
  for (const std::string_view right : {"[[]]", "[ [ ] , [ 1 , \"x\" ] ]", "[{}]", "[{\"a\":[{}],\"b\":null}]"})
    CHECK_MESSAGE(read.read(right, {.max_depth = 1}) == outcome::too_deep, right);
}

TEST_CASE("document: with any limit on depth the same texts are JSON") {
  parley::test::random_json random{11};
  for (int round = 0; round < 5'000; ++round) {
    std::string text = json_text::dump(random.value());
    for (std::size_t n = random.below(3); n > 0 && !text.empty(); --n)
      text[random.below(text.size())] = "\"\\u[]{},:0d"[random.below(11)];
    document whole;
    document shallow;
    const bool is_json = whole.read(text) != outcome::malformed;
    REQUIRE_MESSAGE(
        (shallow.read(text, {.max_depth = static_cast<unsigned>(round) % 4}) != outcome::malformed) == is_json, text);
  }
}
