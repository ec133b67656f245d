#include "protocol/websocket/frame_reader.hpp"

#include <vector>

#include <doctest/doctest.h>

#include "protocol/dialects/deflate.hpp"

namespace websocket = parley::websocket;
using kind = websocket::received::kind;

namespace {

constexpr std::size_t limit = 70'000;

struct heard {
  kind what;
  std::string data;
  std::uint16_t code;
  bool operator==(const heard&) const = default;
};

/// A client's frame: `first` is FIN, the reserved bits and the opcode.
std::string frame(unsigned first, std::string_view payload) {
  std::string bytes{static_cast<char>(first)};
  const auto add = [&](std::size_t value, unsigned count) {
    while (count-- > 0) bytes.push_back(static_cast<char>(value >> 8 * count & 0xff));
  };
  if (payload.size() < 126)
    add(0x80 | payload.size(), 1);
  else if (payload.size() < 0x10000)
    add(0x80 | 126, 1), add(payload.size(), 2);
  else
    add(0x80 | 127, 1), add(payload.size(), 8);
  const std::string mask = "\x12\xf4\x56\x78";
  bytes += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) bytes.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
  return bytes;
}

/// What a reader says to `bytes`, given `piece` of them at a time.
std::vector<heard> read(std::string bytes, std::size_t piece = std::string::npos, bool inflating = false) {
  websocket::frame_reader reader{limit, inflating};
  std::vector<heard> all;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size())) {
    std::span<char> part{bytes.data() + at, std::min(piece, bytes.size() - at)};
    for (;;) {
      const auto next = reader.next(part);
      if (next.what == kind::nothing) break;
      all.push_back({next.what, std::string{next.data}, next.code});
      if (next.what == kind::broken) return all;
    }
    CHECK(part.empty());
  }
  return all;
}

void check_all_cuts(const std::string& bytes, const std::vector<heard>& expected, bool inflating = false) {
  for (const std::size_t piece : {std::string::npos, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}})
    CHECK(read(bytes, piece, inflating) == expected);
}

std::uint16_t complaint(const std::string& bytes) {
  const auto all = read(bytes);
  REQUIRE(!all.empty());
  CHECK(read(bytes, 1).back() == all.back());
  return all.back().what == kind::broken ? all.back().code : 0;
}

}  // namespace

TEST_CASE("websocket frames: messages of all lengths, in one piece or in many, are read") {
  for (const std::size_t size : {0U, 1U, 7U, 8U, 125U, 126U, 127U, 65'535U, 65'536U}) {
    const std::string text(size, 'x');
    check_all_cuts(frame(0x81, text) + frame(0x82, text), {{kind::text, text, 0}, {kind::binary, text, 0}});
  }
}

TEST_CASE("websocket frames: fragments make one message, and control frames may come in between") {
  check_all_cuts(
      frame(0x01, "a\xC3") + frame(0x89, "ping") + frame(0x00, "") + frame(0x8A, "") + frame(0x80, "\xA9z") +
          frame(0x81, "next"),
      {{kind::ping, "ping", 0}, {kind::pong, "", 0}, {kind::text, "a\xC3\xA9z", 0}, {kind::text, "next", 0}});
}

TEST_CASE("websocket frames: a close frame says its code and its reason, or nothing") {
  check_all_cuts(frame(0x88, ""), {{kind::close, "", 1005}});
  check_all_cuts(frame(0x88,
                       "\x03\xE8"
                       "bye"),
                 {{kind::close, "bye", 1000}});
  check_all_cuts(frame(0x88, "\x0F\xA0"), {{kind::close, "", 4000}});
}

TEST_CASE("websocket frames: what the standard forbids is a protocol error") {
  const std::string unmasked{"\x81\x01x", 3};
  std::string padded = frame(0x81, std::string(126, 'x'));
  padded[3] = 5;
  for (const auto& bytes :
       {unmasked, padded, frame(0xC1, "x"), frame(0xA1, "x"), frame(0x91, "x"), frame(0x83, "x"), frame(0x8B, "x"),
        frame(0x80, "x"), frame(0x01, "x") + frame(0x81, "y"), frame(0x09, "x"), frame(0x89, std::string(126, 'x')),
        frame(0x88, "x"), frame(0x88, {"\x03\xE7", 2}), frame(0x88, {"\x03\xED", 2}), frame(0x88, {"\x07\xD0", 2})})
    CHECK(complaint(bytes) == 1002);
}

TEST_CASE("websocket frames: text that is no UTF-8 is a bad payload, as soon as it can be told") {
  for (const auto& bytes : {frame(0x81, "\xff"), frame(0x81, "\xC3"), frame(0x01, "\xC3") + frame(0x80, "x"),
                            frame(0x01, "a\xff"), frame(0x01, "\xed\xa0"), frame(0x88, "\x03\xE8\xff")})
    CHECK(complaint(bytes) == 1007);
  CHECK(complaint(frame(0x82, "\xff")) == 0);
}

TEST_CASE("websocket frames: a message that is too long is refused by its header") {
  CHECK(complaint(frame(0x82, std::string(limit, 'x'))) == 0);
  CHECK(complaint(frame(0x82, std::string(limit + 1, 'x')).substr(0, 14)) == 1009);
  CHECK(complaint(frame(0x02, std::string(limit, 'x')) + frame(0x80, "y")) == 1009);
}

TEST_CASE("websocket frames: compressed messages are read where that was agreed on") {
  const std::string text(5'000, 'x');
  const auto small = parley::dialects::local_deflater().deflate(text);
  check_all_cuts(
      frame(0xC1, small) + frame(0x41, small.substr(0, 3)) + frame(0x80, small.substr(3)) + frame(0x81, "plain"),
      {{kind::text, text, 0}, {kind::text, text, 0}, {kind::text, "plain", 0}}, true);
  const auto bomb = parley::dialects::local_deflater().deflate(std::string(limit + 1, 'x'));
  CHECK(read(frame(0xC2, bomb), 1, true).back() == heard{kind::broken, "", 1009});
  CHECK(read(frame(0xC2, "\xff\xff"), 1, true).back() == heard{kind::broken, "", 1007});
}
