#include "protocol/engineio/packet.hpp"

#include <doctest/doctest.h>

using namespace parley::engineio;

namespace {

parley::result<packet, packet_error> decode(std::string_view frame, frame_kind kind, version protocol) {
  std::string scratch;
  const auto view = decode_frame(frame, kind, protocol, scratch);
  if (!view) return view.failure();
  return packet{view->type, std::string{view->data}, view->binary};
}

}  // namespace

TEST_CASE("packet: each of the seven types is read and written") {
  for (unsigned i = 0; i <= 6; ++i) {
    const packet expected{static_cast<packet_type>(i), "da\xc3\xa9", false};
    const std::string frame = std::to_string(i) + "da\xc3\xa9";
    CHECK(*decode(frame, frame_kind::text, version::v4) == expected);
    CHECK(encode_frame(expected, version::v4) == frame);
    CHECK(encode_frame(expected, version::v3) == frame);
  }
}

TEST_CASE("packet: an empty text frame is refused") {
  CHECK(decode("", frame_kind::text, version::v4).failure() == packet_error::empty);
  CHECK(decode("", frame_kind::binary, version::v3).failure() == packet_error::empty);
  CHECK(decode("b", frame_kind::text, version::v3).failure() == packet_error::empty);
}

TEST_CASE("packet: an unknown type is refused") {
  for (const std::string_view frame : {"7", "9abc", "a", "-1", " 4", "\x04", "\xff"})
    CHECK(decode(frame, frame_kind::text, version::v4).failure() == packet_error::unknown_type);
  CHECK(decode("\x07x", frame_kind::binary, version::v3).failure() == packet_error::unknown_type);
  CHECK(decode("b7AAAA", frame_kind::text, version::v3).failure() == packet_error::unknown_type);
}

TEST_CASE("packet: a v4 binary frame is a message as it is, even an empty one") {
  const std::string bytes{"\x00\xff\x04", 3};
  CHECK(*decode(bytes, frame_kind::binary, version::v4) == packet{packet_type::message, bytes, true});
  CHECK(*decode("", frame_kind::binary, version::v4) == packet{packet_type::message, "", true});
  CHECK(encode_frame(packet{packet_type::message, bytes, true}, version::v4) == bytes);
}

TEST_CASE("packet: a v3 binary frame begins with the type as a byte") {
  CHECK(*decode("\x04hi", frame_kind::binary, version::v3) == packet{packet_type::message, "hi", true});
  CHECK(encode_frame(packet{packet_type::message, "hi", true}, version::v3) == "\x04hi");
}

TEST_CASE("packet: base64 in a text frame is binary, in v3 with the type before it") {
  CHECK(*decode("bAQL/", frame_kind::text, version::v4) == packet{packet_type::message, "\x01\x02\xff", true});
  CHECK(*decode("b4AQL/", frame_kind::text, version::v3) == packet{packet_type::message, "\x01\x02\xff", true});
  CHECK(*decode("b", frame_kind::text, version::v4) == packet{packet_type::message, "", true});
  for (const std::string_view frame : {"bA", "bAQ", "b====", "bAQL*", "b AQL"})
    CHECK(decode(frame, frame_kind::text, version::v4).failure() == packet_error::bad_base64);
}

TEST_CASE("packet: a decoded text refers to the frame and copies nothing") {
  const std::string frame = "4hello";
  std::string scratch;
  CHECK(decode_frame(frame, frame_kind::text, version::v4, scratch)->data.data() == frame.data() + 1);
  CHECK(scratch.empty());
}

TEST_CASE("packet: every error has its words") {
  CHECK(to_string(packet_error::empty) == "empty packet");
  CHECK(to_string(packet_error::too_large) == "payload too large");
}
