#include "protocol/socketio/attachments.hpp"

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"
#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/socketio/packet.hpp"

using namespace parley::socketio;
using parley::json;
namespace json_text = parley::json_text;
using namespace std::string_literals;

namespace {

json binary(std::string_view bytes) { return json::binary({bytes.begin(), bytes.end()}); }

/// A list of so many binary values.
std::string many(std::size_t count) {
  auto list = json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(binary(std::to_string(i)));
  return json_text::dump(list);
}

constexpr auto lookalike = R"({"_placeholder":true,"num":0})";

}  // namespace

TEST_CASE("attachments: binary values are numbered in the order of the text") {
  const auto text = json_text::dump(json::array({"x", binary("one"), {{"b", binary("two")}, {"a", binary("three")}}}));
  const auto parts = deconstruct(text);
  CHECK(parts.text ==
        R"(["x",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1},"b":{"_placeholder":true,"num":2}}])");
  CHECK(parts.attachments == std::vector<std::string>{"one", "three", "two"});
}

TEST_CASE("attachments: all bytes, and none at all") {
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  CHECK(deconstruct(json_text::dump(json::array({binary(all), binary("")}))).attachments ==
        std::vector<std::string>{all, ""});
}

TEST_CASE("attachments: text without binary values stays as it is") {
  for (const auto* text : {"", "1,2", R"({"a":"BAH/"})", lookalike}) {
    CHECK(deconstruct(text).text == text);
    CHECK(deconstruct(text).attachments.empty());
  }
}

TEST_CASE("attachments: those that clients would not take stay base64 text") {
  const auto ten = deconstruct(many(max_attachments));
  CHECK(ten.attachments.size() == max_attachments);
  const auto more = deconstruct(many(max_attachments + 2));
  CHECK(more.attachments == ten.attachments);
  CHECK(more.text.ends_with(R"({"_placeholder":true,"num":9},"MTA=","MTE="])"));
}

TEST_CASE("attachments: beside data that looks like a placeholder binary values stay base64 text") {
  for (const auto& data : {"["s + lookalike + ",\t\"AQ==\"]", "[\t\"AQ==\",{\"a\":1,\"_placeholder\":true}]"s}) {
    const auto parts = deconstruct(data);
    CHECK(parts.text == json_text::without_marks(data));
    CHECK(parts.attachments.empty());
  }
}

TEST_CASE("attachments: a string that holds a placeholder's text, or a member with another value, is no lookalike") {
  const json text = R"({"_placeholder":true})";
  const json named{{R"(,"_placeholder)", true}};
  const json off{{"_placeholder", false}};
  for (const auto& beside : {text, named, off})
    CHECK(deconstruct(json_text::dump(json::array({beside, binary("b")}))).attachments.size() == 1);
}

TEST_CASE("attachments: what is marked and no base64 stays text") {
  const auto parts = deconstruct("[\t\"no base64!\",\t\"AQ==\"]");
  CHECK(parts.text == R"(["no base64!",{"_placeholder":true,"num":0}])");
  CHECK(parts.attachments == std::vector<std::string>{"\x01"});
}

TEST_CASE("attachments: a packet has room for ten") {
  attachment_room room;
  CHECK(room.take(many(9)));
  CHECK(room.take("\"text\""));
  CHECK_FALSE(room.take(many(2)));
  CHECK(room.take(many(1)));
  CHECK_FALSE(room.take(many(1)));
  CHECK(room.take("\"text\""));
}

TEST_CASE("attachments: a packet has room for binary values or for what looks like a placeholder") {
  attachment_room binary_first;
  CHECK(binary_first.take(many(1)));
  CHECK_FALSE(binary_first.take(lookalike));
  CHECK(binary_first.take(many(1)));
  attachment_room lookalike_first;
  CHECK(lookalike_first.take(lookalike));
  CHECK_FALSE(lookalike_first.take(many(1)));
  CHECK(lookalike_first.take(lookalike));
}
