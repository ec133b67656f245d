#include "protocol/json/json_binary.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "protocol/json/json_text.hpp"
#include "tests/unit/protocol/json/random_json.hpp"

using parley::json;
namespace json_text = parley::json_text;
using namespace std::string_literals;

namespace {

json binary(std::string_view bytes) { return json::binary({bytes.begin(), bytes.end()}); }

/// The same value with base64 strings in place of binary.
json as_text(const json& value) {
  const auto text = json_text::without_marks(json_text::dump(value));
  REQUIRE(text.find('\t') == std::string::npos);
  return *json_text::parse(text);
}

}  // namespace

TEST_CASE("json binary: bytes are a marked string, also when there are none") {
  CHECK(json_text::dump(json::array({binary("\x04\x01\xff"), binary(""), "BAH/"})) == "[\t\"BAH/\",\t\"\",\"BAH/\"]");
}

TEST_CASE("json binary: every JSON reader takes it for a base64 string") {
  CHECK(json::parse("{\"a\":\t\"BAH/\"}") == json{{"a", "BAH/"}});
  CHECK(*json_text::parse("{\"a\":\t\"BAH/\"}") == json{{"a", "BAH/"}});
}

TEST_CASE("json binary: no text that a client writes has the mark once it was read") {
  for (const auto* written :
       {"[\t\"BAH/\"]", "\t\"BAH/\"", R"(["\t\"BAH/\""])", R"(["	x"])", "{\t\"a\"\t:\t\"BAH/\"\t}"}) {
    const auto value = json_text::parse(written);
    if (value) CHECK_FALSE(json_text::has_binary(json_text::dump(*value)));
    json_text::document in_place;
    if (in_place.read(written) == json_text::outcome::read)
      CHECK_FALSE(json_text::has_binary(json_text::dump(in_place.root())));
  }
  CHECK_FALSE(json_text::has_binary(json_text::quoted("\t\"BAH/\"")));
  parley::test::random_json random{11};
  for (int i = 0; i < 2'000; ++i) REQUIRE_FALSE(json_text::has_binary(json_text::dump(random.value())));
}

TEST_CASE("json binary: the scan finds each value and what stands between") {
  const auto text = "{\"a\":\t\"AQ==\",\"b\":[\t\"\"]}"s;
  json_text::binary_scan scan{text};
  CHECK(scan.rest() == text);
  REQUIRE(scan.next());
  CHECK(scan.before() == R"({"a":)");
  CHECK(scan.base64() == "AQ==");
  REQUIRE(scan.next());
  CHECK(scan.before() == R"(,"b":[)");
  CHECK(scan.base64() == "");
  CHECK_FALSE(scan.next());
  CHECK(scan.rest() == "]}");
}

TEST_CASE("json binary: blanks that mark nothing are left alone") {
  for (const auto* text : {"\t", "[\t1]", "[1]\t", "[\t\"open"}) {
    CHECK(json_text::count_binary(text) == 0);
    CHECK(json_text::without_marks(text) == text);
  }
  CHECK(json_text::without_marks("[\t1,\t\"AQ==\"]") == "[\t1,\"AQ==\"]");
}

TEST_CASE("json binary: each value counts as many bytes as it holds") {
  for (std::size_t size = 0; size < 10; ++size) {
    const auto bytes = binary(std::string(size, 'x'));
    CHECK(json_text::size_with_binary(json_text::dump(bytes)) == size);
    CHECK(json_text::size_with_binary(json_text::dump(json::array({bytes, 1, bytes}))) == 2 * size + "[,1,]"s.size());
  }
  CHECK(json_text::size_with_binary(R"(["BAH/"])") == 8);
}

TEST_CASE("json binary: without marks nothing else changes") {
  parley::test::random_json random{3, true};
  for (int i = 0; i < 2'000; ++i) {
    const json value = random.value();
    const auto text = json_text::dump(value);
    REQUIRE(as_text(value) == *json_text::parse(text));
    REQUIRE(json_text::count_binary(text) == static_cast<std::size_t>(std::count(text.begin(), text.end(), '\t')));
  }
}
