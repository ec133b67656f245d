#include "protocol/engineio/payload.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/json/random_json.hpp"

using namespace parley::engineio;

namespace {

using packets = std::vector<packet>;

packet text(std::string data, packet_type type = packet_type::message) { return {type, std::move(data), false}; }
packet binary(std::string data) { return {packet_type::message, std::move(data), true}; }

std::string encode(const packets& list, version protocol) {
  std::string out;
  for (const packet& one : list) append_to_payload(out, one, protocol);
  return out;
}

const std::string bytes{"\x00\x01\xff", 3};

}  // namespace

TEST_CASE("payload: v4 parts packets by the record separator") {
  const packets list{text("hello"), text("", packet_type::ping), binary(bytes)};
  CHECK(encode(list, version::v4) ==
        "4hello\x1e"
        "2\x1e"
        "bAAH/");
  CHECK(*decode_payload("4hello\x1e"
                        "2\x1e"
                        "bAAH/",
                        version::v4) == list);
}

TEST_CASE("payload: v3 counts UTF-16 code units") {
  const packets list{text("€"), text("😀a"), binary(bytes)};
  CHECK(encode(list, version::v3) == "2:4€4:4😀a6:b4AAH/");
  CHECK(*decode_payload("2:4€4:4😀a6:b4AAH/", version::v3) == list);
}

TEST_CASE("payload: v3 binary bodies carry text and binary packets") {
  const std::string body{
      "\x00\x06\xff"
      "4hello"
      "\x01\x04\xff\x04\x00\x01\xff"
      "\x00\x01\x00\xff"
      "4€aaaaaa",
      30};
  CHECK(*decode_binary_payload_v3(body) == packets{text("hello"), binary(bytes), text("€aaaaaa")});
}

// The bytes of engine.io-parser 2.2's encodePayloadAsBinary.
TEST_CASE("payload: v3 text and binary packets together are encoded as binary, with lengths in bytes") {
  const std::string mixed{
      "\x00\x04\xff"
      "4\xe2\x82\xac"
      "\x01\x04\xff\x04\x00\x01\xff"
      "\x00\x01\x02\xff"
      "4hello world",
      30};
  const packets list{text("€"), binary(bytes), text("hello world")};
  CHECK(encode_binary_payload_v3(list) == mixed);
  CHECK(*to_binary_payload_v3(encode(list, version::v3)) == mixed);
  CHECK(*decode_binary_payload_v3(mixed) == list);
}

TEST_CASE("payload: v3 text packets alone stay text, whatever they look like") {
  CHECK_FALSE(to_binary_payload_v3(encode({text("[\"a:b4AAH/\"]"), text("x:b")}, version::v3)));
  CHECK_FALSE(to_binary_payload_v3(""));
}

TEST_CASE("payload: a malformed v4 body is refused whole") {
  const std::pair<std::string, packet_error> cases[] = {
      {"", packet_error::empty},
      {"\x1e", packet_error::empty},
      {"4a\x1e", packet_error::empty},
      {"\x1e"
       "4a",
       packet_error::empty},
      {"4a\x1e\x1e"
       "4b",
       packet_error::empty},
      {"abc", packet_error::unknown_type},
      {"4a\x1e"
       "7",
       packet_error::unknown_type},
      {"4a\x1e"
       "bAA=A",
       packet_error::bad_base64},
      {"4\xff", packet_error::bad_utf8},
      {"4\xed\xa0\x80", packet_error::bad_utf8},
  };
  for (const auto& each : cases) {
    const auto& body = each.first;
    const auto expected = each.second;
    const auto decoded = decode_payload(body, version::v4);
    REQUIRE_MESSAGE(!decoded, body);
    CHECK(decoded.failure() == expected);
  }
}

TEST_CASE("payload: a malformed v3 body is refused whole") {
  const std::pair<std::string, packet_error> cases[] = {
      {"", packet_error::empty},
      {":", packet_error::bad_length},
      {"0:", packet_error::empty},
      {"4hello", packet_error::bad_length},
      {"7:4hello", packet_error::bad_length},
      {"5:4hello", packet_error::bad_length},
      {"-1:4", packet_error::bad_length},
      {"+1:4", packet_error::bad_length},
      {"1 :4", packet_error::bad_length},
      {"0x1:4", packet_error::bad_length},
      {"9999999999:4", packet_error::bad_length},
      {"18446744073709551617:4", packet_error::bad_length},
      {"2:4😀", packet_error::bad_length},
      {"1:9", packet_error::unknown_type},
      {"5:b4AAA", packet_error::bad_base64},
      {"2:4\xff", packet_error::bad_utf8},
  };
  for (const auto& each : cases) {
    const auto& body = each.first;
    const auto expected = each.second;
    const auto decoded = decode_payload(body, version::v3);
    REQUIRE_MESSAGE(!decoded, body);
    CHECK_MESSAGE(decoded.failure() == expected, body);
  }
}

TEST_CASE("payload: a malformed v3 binary body is refused whole") {
  using namespace std::string_literals;
  for (const std::string& body : {"\x02\x01\xff"s
                                  "4"s,
                                  "\x00"s, "\x00\xff"s, "\x00\x01"s, "\x00\x0b\xff"s,
                                  "\x00\x05\xff"
                                  "4a"s,
                                  "\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\xff"s})
    CHECK(decode_binary_payload_v3(body).failure() == packet_error::bad_length);
  CHECK(decode_binary_payload_v3("").failure() == packet_error::empty);
  CHECK(decode_binary_payload_v3("\x00\x02\xff"
                                 "4\xff"s)
            .failure() == packet_error::bad_utf8);
  CHECK(decode_binary_payload_v3("\x01\x00\xff"s).failure() == packet_error::empty);
}

TEST_CASE("payload: the limits on bytes and packets are exact") {
  CHECK(decode_payload("4aaa", version::v4, {.max_bytes = 4, .max_packets = 1}));
  CHECK(decode_payload("4aaaa", version::v4, {.max_bytes = 4, .max_packets = 1}).failure() == packet_error::too_large);
  CHECK(
      decode_payload("4\x1e"
                     "4",
                     version::v4, {.max_packets = 2}));
  CHECK(decode_payload("4\x1e"
                       "4\x1e"
                       "4",
                       version::v4, {.max_packets = 2})
            .failure() == packet_error::too_many_packets);
  CHECK(decode_payload("1:41:41:4", version::v3, {.max_packets = 2}).failure() == packet_error::too_many_packets);
  CHECK(decode_binary_payload_v3("4aaaa", {.max_bytes = 4}).failure() == packet_error::too_large);
}

TEST_CASE("payload: random packets survive in both versions") {
  parley::test::random_json random{11};
  for (int i = 0; i < 2'000; ++i) {
    packets list;
    for (std::size_t n = 1 + random.below(6); n > 0; --n)
      list.push_back(random.below(3) == 0 ? binary(random.bytes())
                                          : text(random.text(), static_cast<packet_type>(random.below(7))));
    for (const version protocol : {version::v3, version::v4})
      REQUIRE(*decode_payload(encode(list, protocol), protocol) == list);
  }
}
