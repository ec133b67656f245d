#include "protocol/socketio/decoder.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/socketio/attachments.hpp"
#include "protocol/socketio/encoder.hpp"
#include "tests/unit/protocol/json/random_json.hpp"

using namespace parley::socketio;
using parley::json;
namespace json_text = parley::json_text;

namespace {

/// A packet that stays when what it was read from has gone.
struct heard {
  packet_type type;
  std::string nsp;
  std::optional<std::uint64_t> id;
  json data;
  json_text::outcome how_read = json_text::outcome::read;
  std::string number_out_of_range{};
};

class reader {
 public:
  using answer = parley::result<std::optional<heard>, violation>;

  explicit reader(version protocol, const parley::json_text::limits& bounds = {}) : decoder_{protocol, bounds} {}

  answer feed_text(std::string_view text) {
    packet_parts parts;
    return copied(decoder_.feed_text(text, parts));
  }
  answer feed_binary(std::string_view bytes) {
    packet_parts parts;
    return copied(decoder_.feed_binary(bytes, parts));
  }
  bool waiting() const { return decoder_.awaited() != nullptr; }

 private:
  static answer copied(const parley::result<decoded, violation>& out) {
    if (!out) return out.failure();
    if (!*out) return std::optional<heard>{};
    const auto& [type, nsp, query, id, data, how_read, number] = **out;
    return std::optional{heard{type, std::string{nsp}, id, data.to_json(), how_read, std::string{number}}};
  }

  decoder decoder_;
};

heard decode(std::string_view text, version protocol = version::v5) {
  reader d{protocol};
  auto out = d.feed_text(text);
  REQUIRE_MESSAGE(out.has_value(), text);
  REQUIRE_MESSAGE(out->has_value(), text);
  return **std::move(out);
}

violation refuse(std::string_view text) {
  reader d{version::v5};
  const auto out = d.feed_text(text);
  REQUIRE_MESSAGE(!out.has_value(), text);
  return out.failure();
}

json binary(std::string_view bytes) { return json::binary({bytes.begin(), bytes.end()}); }

/// A packet as a client sends it: its text, then each attachment.
struct sent_packet {
  std::string text;
  std::vector<std::string> attachments;
};

sent_packet encode(packet_type type, std::string_view nsp, ack_id id, const json& data) {
  auto parts = deconstruct(json_text::dump(data));
  sent_packet out;
  append_header(out.text, type, parts.attachments.size(), nsp, id);
  out.text += parts.text;
  out.attachments = std::move(parts.attachments);
  return out;
}

}  // namespace

TEST_CASE("header: type, attachments, namespace, ack id and data are told apart") {
  const auto full = decode_header(R"(512-/admin?a=b,13["x"])", version::v5);
  CHECK(full.failure() == violation::too_many_attachments);
  const auto header = decode_header(R"(52-/admin?a=b,13["x"])", version::v5);
  CHECK(header->type == packet_type::binary_event);
  CHECK(header->attachments == 2);
  CHECK(header->nsp == "/admin?a=b");
  CHECK(header->id == 13U);
  CHECK(header->data == R"(["x"])");
  const auto bare = decode_header("1", version::v5);
  CHECK(bare->nsp == "/");
  CHECK_FALSE(bare->id.has_value());
  CHECK(bare->data.empty());
  CHECK(decode_header("0/a", version::v5)->nsp == "/a");
}

TEST_CASE("header: a query string is part of a v5 namespace's name and apart from a v4 one's") {
  CHECK(decode_header("0/ns?token=a%2Cb,", version::v5)->nsp == "/ns?token=a%2Cb");
  const auto v4 = decode_header("0/ns?token=a%2Cb,", version::v4);
  CHECK(v4->nsp == "/ns");
  CHECK(v4->query == "token=a%2Cb");
}

TEST_CASE("header: an ack id goes up to what JavaScript counts exactly") {
  CHECK(decode_header("29007199254740991[]", version::v5)->id == max_ack_id);
  CHECK(decode_header("29007199254740992[]", version::v5).failure() == violation::bad_ack_id);
  CHECK(decode_header("2" + std::string(500, '9') + "[]", version::v5).failure() == violation::bad_ack_id);
}

TEST_CASE("decoder: the packets of a well-behaved client") {
  const heard connect = decode(R"(0/admin,{"token":"t"})");
  CHECK(connect.type == packet_type::connect);
  CHECK(connect.nsp == "/admin");
  CHECK(connect.data == json{{"token", "t"}});
  CHECK(decode("0").data.is_null());
  CHECK(decode("0{}").data == json::object());
  CHECK(decode("1/admin,").type == packet_type::disconnect);
  const heard event = decode(R"(212["message",1,{"a":null}])");
  CHECK(event.type == packet_type::event);
  CHECK(event.id == 12U);
  CHECK(event.data == json::parse(R"(["message",1,{"a":null}])"));
  CHECK(decode(R"(3/ns,7[])").data == json::array());
  CHECK(decode("3[1]").type == packet_type::ack);
}

TEST_CASE("decoder: numeric event names are legal") {
  CHECK(decode("2[123]").data.front() == 123);
  CHECK(decode("2[1.5,1]").data.front() == 1.5);
}

TEST_CASE("decoder: each malformed packet closes the connection, for its reason") {
  const std::pair<std::string_view, violation> rows[] = {
      {"", violation::empty_packet},
      {"7", violation::unknown_type},
      {"a", violation::unknown_type},
      {"/", violation::unknown_type},
      {"\xff", violation::unknown_type},
      {"0[]", violation::bad_connect_payload},
      {"0null", violation::bad_connect_payload},
      {R"(0"abc")", violation::bad_connect_payload},
      {"0true", violation::bad_connect_payload},
      {"0/ns,[]", violation::bad_connect_payload},
      {"0{", violation::malformed_json},
      {"0/a\x01", violation::bad_namespace},
      {"0/a\xff,", violation::bad_namespace},
      {"1{}", violation::disconnect_with_data},
      {"1null", violation::disconnect_with_data},
      {R"(1/ns,"x")", violation::disconnect_with_data},
      {"2", violation::bad_event},
      {"2[]", violation::bad_event},
      {"2[null]", violation::bad_event},
      {"2[true]", violation::bad_event},
      {"2[{}]", violation::bad_event},
      {"2[[]]", violation::bad_event},
      {"2{}", violation::bad_event},
      {R"(2"message")", violation::bad_event},
      {"2/ns", violation::bad_event},
      {R"(2["message")", violation::malformed_json},
      {R"(2 ["message"]x)", violation::malformed_json},
      {R"(21-["x"])", violation::malformed_json},
      {R"(2-1["x"])", violation::malformed_json},
      {"2[\"a\xff\"]", violation::malformed_json},
      {"3", violation::bad_ack},
      {"31{}", violation::bad_ack},
      {"31null", violation::bad_ack},
      {R"(4{"message":"x"})", violation::connect_error_from_client},
      {"4", violation::connect_error_from_client},
      {R"(5["x"])", violation::bad_attachment_count},
      {R"(5-["x"])", violation::bad_attachment_count},
      {R"(51["x"])", violation::bad_attachment_count},
      {R"(5-1-["x"])", violation::bad_attachment_count},
      {R"(51.5-["x"])", violation::bad_attachment_count},
      {R"(5 1-["x"])", violation::bad_attachment_count},
      {"5", violation::bad_attachment_count},
      {R"(511-["x"])", violation::too_many_attachments},
      {R"(599999999999999999999999-["x"])", violation::too_many_attachments},
      {"51-[]", violation::bad_event},
      {R"(51-[{"_placeholder":true,"num":0}])", violation::bad_event},
      {"61-{}", violation::bad_ack},
      {R"(2["message"])"
       "\x1e",
       violation::malformed_json},
  };
  for (const auto& each : rows) {
    const auto& text = each.first;
    const auto expected = each.second;
    const violation got = refuse(text);
    CHECK_MESSAGE(got == expected, text, ": ", to_string(got));
  }
}

TEST_CASE("decoder: reserved event names close the connection on every namespace, also with binary") {
  for (const std::string name :
       {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
    CHECK(refuse("2[\"" + name + "\"]") == violation::reserved_event);
    CHECK(refuse("2/ns,1[\"" + name + "\",1]") == violation::reserved_event);
    CHECK(refuse("51-[\"" + name + "\",{\"_placeholder\":true,\"num\":0}]") == violation::reserved_event);
  }
  CHECK(decode(R"(2["Connect"])").data.front() == "Connect");
}

TEST_CASE("decoder: valid JSON that is too deep, or has a number out of range, breaks no rule and can be answered") {
  using json_text::outcome;
  CHECK(refuse("2[\"x\"," + std::string(500'000, '[')) == violation::malformed_json);
  reader shallow{version::v5, {.max_depth = 2}};
  CHECK((**shallow.feed_text("2[\"x\",[]]")).how_read == outcome::read);
  const auto deep = shallow.feed_text(R"(2/ns,7["x",[[]],1])");
  REQUIRE(deep);
  CHECK((**deep).how_read == outcome::too_deep);
  CHECK((**deep).id == 7U);
  CHECK((**deep).nsp == "/ns");
  CHECK((**deep).data == json::array({"x", json::array({nullptr}), 1}));
  const auto huge = shallow.feed_text(R"(20["x",1e400])");
  REQUIRE(huge);
  CHECK((**huge).how_read == outcome::out_of_range);
  CHECK((**huge).number_out_of_range == "1e400");
  CHECK(shallow.feed_text("2[[[[]]]]").failure() == violation::bad_event);
  CHECK(shallow.feed_text("2[\"connect\",[[]]]").failure() == violation::reserved_event);
  CHECK((**shallow.feed_text("0{\"a\":{\"b\":{}}}")).how_read == outcome::too_deep);
}

TEST_CASE("decoder: a binary event that is too deep comes with its attachments, those without a place dropped") {
  reader shallow{version::v5, {.max_depth = 2}};
  const auto begun = shallow.feed_text(R"(52-3["x",[{"_placeholder":true,"num":0}],{"_placeholder":true,"num":1}])");
  REQUIRE(begun);
  CHECK_FALSE(begun->has_value());
  CHECK_FALSE(shallow.feed_binary("zero")->has_value());
  const auto done = shallow.feed_binary("one");
  REQUIRE(done->has_value());
  CHECK((**done).how_read == json_text::outcome::too_deep);
  CHECK((**done).id == 3U);
  CHECK(shallow.feed_text(R"(2["next"])")->has_value());
}

TEST_CASE("decoder: attachments take the places of their placeholders") {
  reader d{version::v5};
  const auto first =
      d.feed_text(R"(52-/ns,3["x",{"_placeholder":true,"num":1},{"deep":[{"_placeholder":true,"num":0}]}])");
  REQUIRE(first);
  CHECK_FALSE(first->has_value());
  CHECK(d.waiting());
  CHECK_FALSE(d.feed_binary("zero")->has_value());
  const auto done = d.feed_binary("one");
  REQUIRE(done->has_value());
  CHECK((**done).type == packet_type::event);
  CHECK((**done).id == 3U);
  CHECK((**done).data == json::array({"x", binary("one"), json{{"deep", json::array({binary("zero")})}}}));
  CHECK_FALSE(d.waiting());
  CHECK(d.feed_text(R"(2["next"])")->has_value());
}

TEST_CASE("decoder: a binary ack comes out as an ack") {
  reader d{version::v5};
  CHECK_FALSE(d.feed_text(R"(61-7[{"_placeholder":true,"num":0}])")->has_value());
  const auto done = d.feed_binary({"\0\xff", 2});
  CHECK((**done).type == packet_type::ack);
  CHECK((**done).id == 7U);
  CHECK((**done).data[0] == binary({"\0\xff", 2}));
}

TEST_CASE("decoder: a binary packet that announces no attachment is complete") {
  const heard p = decode(R"(50-["x",1])");
  CHECK(p.type == packet_type::event);
  CHECK(p.data == json::parse(R"(["x",1])"));
}

TEST_CASE("decoder: ten attachments are taken") {
  std::string text = "510-[\"x\"";
  for (int i = 0; i < 10; ++i) text += ",{\"_placeholder\":true,\"num\":" + std::to_string(i) + "}";
  reader d{version::v5};
  REQUIRE(d.feed_text(text + "]"));
  for (int i = 0; i < 9; ++i) CHECK_FALSE(d.feed_binary("b")->has_value());
  CHECK(d.feed_binary("b")->has_value());
}

TEST_CASE("decoder: an attachment without a placeholder is dropped") {
  reader d{version::v5};
  REQUIRE(d.feed_text(R"(51-["x"])"));
  CHECK((**d.feed_binary("b")).data == json::array({"x"}));
}

TEST_CASE(
    "decoder: a placeholder out of range, twice, or without a proper number closes the "
    "connection") {
  for (const std::string_view text :
       {R"(51-["x",{"_placeholder":true,"num":1}])", R"(51-["x",{"_placeholder":true,"num":-1}])",
        R"(51-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}])", R"(51-["x",{"_placeholder":true}])",
        R"(51-["x",{"_placeholder":true,"num":"0"}])", R"(51-["x",{"_placeholder":true,"num":0.5}])",
        R"(51-["x",{"_placeholder":true,"num":18446744073709551615}])", R"(51-["x",{"_placeholder":true,"num":null}])",
        R"(50-["x",{"_placeholder":true,"num":0}])", R"(51-["x",[[{"a":{"_placeholder":true,"num":9}}]]])"})
    CHECK(refuse(text) == violation::bad_placeholder);
}

TEST_CASE("decoder: in a packet without binary, `_placeholder` is data") {
  CHECK(decode(R"(2["x",{"_placeholder":true,"num":5}])").data[1] == json{{"_placeholder", true}, {"num", 5}});
  reader d{version::v5};
  REQUIRE(d.feed_text(R"(51-["x",{"_placeholder":false,"num":9},{"_placeholder":1},{"_placeholder":true,"num":0}])"));
  CHECK((**d.feed_binary("b")).data[1] == json{{"_placeholder", false}, {"num", 9}});
}

TEST_CASE("decoder: text while attachments are outstanding closes the connection") {
  reader d{version::v5};
  REQUIRE(d.feed_text(R"(51-["x",{"_placeholder":true,"num":0}])"));
  CHECK(d.feed_text(R"(2["y"])").failure() == violation::text_out_of_turn);
}

TEST_CASE("decoder: binary out of turn closes the connection") {
  reader d{version::v5};
  CHECK(d.feed_binary("x").failure() == violation::binary_out_of_turn);
  REQUIRE(d.feed_text(R"(2["y"])"));
  CHECK(d.feed_binary("x").failure() == violation::binary_out_of_turn);
}

TEST_CASE("decoder: what JavaScript can say in an event passes unharmed") {
  for (const std::string_view text : {R"(2["\ud800",{"__proto__":1}])", R"(2["x","\u0000\udfff"])"}) {
    const heard p = decode(text);
    CHECK(encode(p.type, p.nsp, p.id, p.data).text == text);
  }
}

TEST_CASE("decoder: random packets with binary survive encode and decode") {
  parley::test::random_json random{99, true};
  int assembled = 0;
  for (int i = 0; i < 5'000; ++i) {
    json data = random.array(4);
    data.insert(data.begin(), "name");
    const auto sent = encode(packet_type::event, "/ns", random.below(1'000), data);
    // Too many to be attached, or data that happened to look like a placeholder.
    if (sent.attachments.size() != json_text::count_binary(json_text::dump(data))) continue;
    reader d{version::v5};
    auto got = d.feed_text(sent.text);
    REQUIRE(got);
    for (const std::string& bytes : sent.attachments) {
      REQUIRE_FALSE(got->has_value());
      got = d.feed_binary(bytes);
      REQUIRE(got);
    }
    REQUIRE(got->has_value());
    if (!sent.attachments.empty()) ++assembled;
    REQUIRE((**got).data == data);
  }
  CHECK(assembled > 500);
}

TEST_CASE("decoder: no mutation of a packet makes it do more than refuse") {
  parley::test::random_json random{5, true};
  for (int i = 0; i < 20'000; ++i) {
    json data = random.array(3);
    std::string text = encode(packet_type::event, random.below(2) ? "/" : "/ns", random.below(9), data).text;
    for (std::size_t n = random.below(4); n > 0; --n)
      text[random.below(text.size())] = "0156-/,[]{}\"\\"[random.below(13)];
    reader d{version::v5};
    auto got = d.feed_text(text);
    for (int turn = 0; turn < 12 && got && !got->has_value(); ++turn) got = d.feed_binary("b");
    if (got) REQUIRE(got->has_value());
  }
}

TEST_CASE("decoder: every violation has its words") {
  for (int i = 0; i <= static_cast<int>(violation::not_connected); ++i)
    CHECK_FALSE(to_string(static_cast<violation>(i)).empty());
  CHECK(to_string(violation::not_connected) == "packet for a namespace that is not connected");
}
