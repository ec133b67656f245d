#include "protocol/dialects/frame.hpp"

#include <zlib.h>

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;
using namespace std::string_literals;

namespace {

const namespace_table& table() {
  static const auto parsed = *namespace_table::parse("/=rooms,hub;/hub=hub;/c=conformance");
  return parsed;
}

audience to(std::string_view nsp, framing how, dialect_set hears = {dialect_id::conformance}) {
  return {*table().find(nsp), how, hears};
}

domain_event custom(std::string name, json args) { return {noon, event::custom{std::move(name), std::move(args)}}; }

/// The bytes of a custom event on `/`.
std::string bytes_of(framing how, std::string name, json args) {
  return encode(table(), to("/", how), custom(std::move(name), std::move(args)))->bytes();
}

std::string bytes_of_text(framing how, std::size_t length) { return bytes_of(how, "e", {std::string(length, 'x')}); }

const json two_binaries = {json::binary({1, 2}), {{"b", json::binary({0xff})}}};
constexpr auto two_placeholders = R"(2-["e",{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1}}])";

/// Undoes permessage-deflate: puts the tail back and inflates, with a window of so many bits.
std::string inflated(std::string_view deflated, int window_bits = 15) {
  auto in = std::string{deflated} + "\x00\x00\xff\xff"s;
  std::string out(100'000, '\0');
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, -window_bits) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CHECK(inflate(&stream, Z_SYNC_FLUSH) == Z_OK);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

// -- WebSocket
// ----------------------------------------------------------------------------------------------------

TEST_CASE("frame: an event on / in one WebSocket text frame") {
  CHECK(bytes_of(framing::websocket, "e", {1, "x"}) ==
        "\x81\x0d"
        R"(42["e",1,"x"])");
  CHECK(bytes_of(framing::websocket, "e", json::array()) ==
        "\x81\x07"
        R"(42["e"])");
}

TEST_CASE("frame: other namespaces stand before the arguments") {
  CHECK(encode(table(), to("/hub", framing::websocket), custom("e", {1}))->bytes() ==
        "\x81\x0e"
        R"(42/hub,["e",1])");
}

TEST_CASE("frame: an event's name is escaped") { CHECK(bytes_of(framing::polling, "a\"b", {1}) == R"(42["a\"b",1])"); }

TEST_CASE("frame: the length takes 1, 3 or 9 bytes, as RFC 6455 says") {
  const std::size_t around = R"(42["e",""])"s.size();
  const auto head = [around](std::size_t length, std::size_t size) {
    return bytes_of_text(framing::websocket, length - around).substr(0, size);
  };
  CHECK(head(125, 3) == "\x81\x7d"s + "4");
  CHECK(head(126, 5) == "\x81\x7e\x00\x7e"s + "4");
  CHECK(head(65'535, 5) == "\x81\x7e\xff\xff"s + "4");
  CHECK(head(65'536, 11) == "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + "4");
}

TEST_CASE("frame: attachments follow as binary frames, in order") {
  const auto text = "45"s + two_placeholders;
  const auto length = std::string(1, static_cast<char>(text.size()));
  CHECK(bytes_of(framing::websocket, "e", two_binaries) ==
        "\x81"s + length + text + "\x82\x02\x01\x02" + "\x82\x01\xff");
}

TEST_CASE("frame: to 2.x clients attachments begin with the message type") {
  const auto bytes = bytes_of(framing::websocket_v3, "e", two_binaries);
  CHECK(
      bytes.ends_with("\x82\x03\x04\x01\x02"
                      "\x82\x02\x04\xff"));
}

TEST_CASE("frame: several events for one audience stand back to back") {
  const domain_event joined{noon, event::room_joined{room_name{"x"}}};
  const auto both = to("/", framing::websocket, {dialect_id::rooms, dialect_id::hub});
  const auto first = R"(42["joined-room",{"room":"x","message":"Joined room x"}])"s;
  const auto second = R"(42["joined_room",{"room":"x"}])"s;
  CHECK(encode(table(), both, joined)->bytes() ==
        "\x81"s + static_cast<char>(first.size()) + first + "\x81" + static_cast<char>(second.size()) + second);
}

TEST_CASE("frame: nothing for an audience that has no word for it") {
  CHECK(encode(table(), to("/hub", framing::websocket, {dialect_id::hub}), {noon, event::session_opened{ana(), {}}}) ==
        nullptr);
}

// -- permessage-deflate
// -------------------------------------------------------------------------------------------

TEST_CASE("frame: long messages are compressed, each for itself, with RSV1 set") {
  const auto bytes = bytes_of_text(framing::websocket_deflated, 1000);
  REQUIRE(static_cast<unsigned char>(bytes[0]) == 0xc1);
  REQUIRE(static_cast<std::size_t>(bytes[1]) == bytes.size() - 2);
  CHECK(inflated(bytes.substr(2)) == R"(42["e",")" + std::string(1000, 'x') + R"("])");
  CHECK(bytes_of_text(framing::websocket_deflated, 1000) == bytes);
}

TEST_CASE("frame: a client with a small window gets what the smallest of all windows can read") {
  std::string text;
  for (std::uint32_t at = 0; at < 2000; ++at) text += std::to_string(at * at % 251) + ",";
  for (const auto how : {framing::websocket_deflated_small, framing::plain_deflated_small}) {
    const auto bytes = encode_message(how, text, false)->bytes();
    REQUIRE(static_cast<unsigned char>(bytes[0]) == 0xc1);
    REQUIRE(bytes[1] == 126);
    const auto read = inflated(bytes.substr(4), 8);
    CHECK(read == (is_plain(how) ? text : "4" + text));
  }
}

TEST_CASE("frame: plain frames are compressed for who agreed to that") {
  const auto bytes = encode_message(framing::plain_deflated, std::string(1000, 'x'), true)->bytes();
  REQUIRE(static_cast<unsigned char>(bytes[0]) == 0xc2);
  CHECK(inflated(bytes.substr(2)) == std::string(1000, 'x'));
}

TEST_CASE("frame: short messages are not compressed") {
  CHECK(bytes_of_text(framing::websocket_deflated, 100) == bytes_of_text(framing::websocket, 100));
}

TEST_CASE("frame: what compression makes no smaller goes as it is") {
  json::binary_t::container_type noise(1000);
  std::uint32_t state = 1;
  for (auto& byte : noise) {
    state = state * 1'664'525U + 1'013'904'223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  const auto args = json::array({json::binary(noise)});
  CHECK(bytes_of(framing::websocket_deflated, "e", args) == bytes_of(framing::websocket, "e", args));
}

// -- polling
// ------------------------------------------------------------------------------------------------------

TEST_CASE("frame: polling packets are parted by the record separator, binary is base64") {
  CHECK(bytes_of(framing::polling, "e", {1}) == R"(42["e",1])");
  CHECK(bytes_of(framing::polling, "e", two_binaries) == "45"s + two_placeholders +
                                                             "\x1e"
                                                             "bAQI="
                                                             "\x1e"
                                                             "b/w==");
}

TEST_CASE("frame: polling for 2.x clients counts in UTF-16 code units") {
  CHECK(bytes_of(framing::polling_v3, "e", {"é😀"}) == R"(13:42["e","é😀"])");
  CHECK(bytes_of(framing::polling_v3, "e", two_binaries).ends_with("]6:b4AQI=6:b4/w=="));
}

// -- plain
// --------------------------------------------------------------------------------------------------------

TEST_CASE("frame: a plain frame has the event's name and its one argument") {
  CHECK(bytes_of(framing::plain, "e", {{{"a", 1}}}) ==
        "\x81\x1c"
        R"({"event":"e","data":{"a":1}})");
}

TEST_CASE("frame: plain data is an array of several arguments, and absent without any") {
  CHECK(bytes_of(framing::plain, "e", {1, 2}).substr(2) == R"({"event":"e","data":[1,2]})");
  CHECK(bytes_of(framing::plain, "e", json::array()).substr(2) == R"({"event":"e"})");
}

TEST_CASE("frame: plain data has binary values as base64") {
  CHECK(bytes_of(framing::plain, "e", json::array({json::binary({1, 2})})).substr(2) ==
        R"({"event":"e","data":"AQI="})");
}

TEST_CASE("frame: a plain ack has the id as it was sent") {
  CHECK(encode_plain_ack(framing::plain, R"("q1")", {"", R"({"ok":true})"})->bytes().substr(2) ==
        R"({"event":"ack","id":"q1","data":{"ok":true}})");
}

// -- acks and packets
// ---------------------------------------------------------------------------------------------

TEST_CASE("frame: an event that asks for an ack has an id, its companions have none") {
  CHECK(encode_with_ack(table(), to("/hub", framing::polling), custom("e", {1}), 12)->bytes() == R"(42/hub,12["e",1])");
  const auto both = to("/", framing::polling, {dialect_id::rooms, dialect_id::hub});
  const domain_event left{noon, event::room_left{room_name{"x"}}};
  CHECK(encode_with_ack(table(), both, left, 0)->bytes() == R"(420["left-room",{"room":"x","message":"Left room x"}])"
                                                            "\x1e"
                                                            R"(42["left_room",{"room":"x"}])");
}

TEST_CASE("frame: an ack of values, of none, and of binary ones") {
  const auto ack = [](std::string_view nsp, const wire_event& values) {
    return encode_ack(table(), to(nsp, framing::polling), 5, values)->bytes();
  };
  CHECK(ack("/", {"", "1,2"}) == "435[1,2]");
  CHECK(ack("/hub", {"", ""}) == "43/hub,5[]");
  CHECK(ack("/", {"", "\t\"AQI=\""}) == R"(461-5[{"_placeholder":true,"num":0}])"
                                        "\x1e"
                                        "bAQI=");
}

TEST_CASE("frame: an Engine.IO packet in each framing") {
  CHECK(encode_packet(framing::websocket, "2")->bytes() ==
        "\x81\x01"
        "2");
  CHECK(encode_packet(framing::websocket_v3, "3probe")->bytes() ==
        "\x81\x06"
        "3probe");
  CHECK(encode_packet(framing::websocket_deflated, "2")->bytes() ==
        "\x81\x01"
        "2");
  CHECK(encode_packet(framing::polling, "6")->bytes() == "6");
  CHECK(encode_packet(framing::polling_v3, "40")->bytes() == "2:40");
}

TEST_CASE("frame: only who comes and goes, who types and how far a file has got may be dropped") {
  const auto how = [](any_event body) {
    const dialect_set hears{dialect_id::hub, dialect_id::messenger};
    return encode(table(), to("/hub", framing::polling, hears), {noon, std::move(body)})->how();
  };
  CHECK(how(event::typing_changed{conversation_id{"c"}, ana(), nullptr, true}) == urgency::droppable);
  CHECK(how(event::typing_changed{conversation_id{"c"}, ana(), nullptr, false}) == urgency::required);
  CHECK(how(event::file_progressed{{user("7"), "7"}, {conversation_id{"c"}, "1", "", 2, 1}}) == urgency::droppable);
  CHECK(how(event::file_progressed{{user("7"), "7"}, {conversation_id{"c"}, "1", "", 2, 2}}) == urgency::required);
  CHECK(how(event::message_deleted{conversation_id{"c"}, message_id{"m"}, 1}) == urgency::required);
  CHECK(how(event::user_came_online{ana(), 1}) == urgency::droppable);
  CHECK(how(event::user_went_offline{ana(), 1}) == urgency::droppable);
  CHECK(how(event::member_joined{ana(), room_name{"x"}}) == urgency::required);
  CHECK(how(event::message_posted{message_id{"m"}, ana(), "hi"}) == urgency::required);
}
