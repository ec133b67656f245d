// What the load generator's verdict rests on: its parsing, and the ledger that finds what a server
// lost or doubled.
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/bench/load/client.hpp"
#include "tests/bench/load/frames.hpp"
#include "tests/bench/load/histogram.hpp"
#include "tests/bench/load/ledger.hpp"
#include "tests/bench/load/ticket.hpp"

using namespace parley::bench;

namespace {

std::string server_frame(std::string_view text) {
  std::string frame{"\x81"};
  if (text.size() < 126) return frame.append(1, static_cast<char>(text.size())).append(text);
  frame.append(1, 126).append(1, static_cast<char>(text.size() >> 8));
  return frame.append(1, static_cast<char>(text.size() & 0xff)).append(text);
}

struct listener final : message_handler {
  void on_message(std::uint32_t, std::string_view payload, std::uint64_t) override { heard = payload; }
  std::string heard;
};

}  // namespace

TEST_CASE("frames: what is complete is parsed, what is cut waits") {
  const auto bytes = server_frame("two") + server_frame(std::string(300, 'x'));
  const auto first = parse_frame(bytes);
  REQUIRE(first.has_value());
  CHECK(first->payload == "two");
  const auto second = parse_frame(std::string_view{bytes}.substr(first->size));
  REQUIRE(second.has_value());
  CHECK(second->payload == std::string(300, 'x'));
  for (std::size_t size = 0; size < first->size; ++size) {
    CHECK_FALSE(parse_frame(std::string_view{bytes}.substr(0, size)).has_value());
  }
}

TEST_CASE("frames: a client's frame is masked with a key that is not zero") {
  std::string frame;
  append_frame(frame, opcode::text, "hello");
  REQUIRE(frame.size() == 11);
  CHECK(static_cast<unsigned char>(frame[1]) == (0x80 | 5));
  std::string text;
  for (std::size_t i = 0; i < 5; ++i) text.push_back(static_cast<char>(frame[6 + i] ^ frame[2 + i % 4]));
  CHECK(text == "hello");
  CHECK(frame.substr(6) != "hello");
}

TEST_CASE("ticket: found again wherever it lies in a frame") {
  ticket_finder finder;
  const auto text = ticket_text({7, 0xabcdef01, 0x0123456789abcdef}, 100);
  CHECK(text.size() == 100);
  for (const std::string before : {"[\"room-message\",", "[", "[\"room-message\",{}"}) {
    const auto found = finder.find(before + text + "\"]");
    REQUIRE(found.has_value());
    CHECK(found->sender == 7);
    CHECK(found->sequence == 0xabcdef01);
    CHECK(found->intended == 0x0123456789abcdef);
  }
  CHECK_FALSE(finder.find("[\"room-message\",{}]").has_value());
  CHECK_FALSE(finder.find(text.substr(0, 20)).has_value());
}

TEST_CASE("ledger: exactly once and in order is all that counts as received") {
  ledger books{{.groups = 1, .members = 3, .senders = 2, .sender_hears = true}};
  books.book(0, {.sender = 0, .sequence = 0, .intended = 0});
  books.book(0, {.sender = 0, .sequence = 2, .intended = 0});  // 1 is missing
  CHECK(books.counts().received == 2);
  books.book(0, {.sender = 0, .sequence = 2, .intended = 0});  // again
  books.book(0, {.sender = 0, .sequence = 1, .intended = 0});  // overtaken
  CHECK(books.counts().received == 2);
  CHECK(books.counts().doubled == 2);
  books.book(0, {.sender = 1, .sequence = 0, .intended = 0});  // each sender counts for itself
  books.book(1, {.sender = 0, .sequence = 0, .intended = 0});  // and each receiver
  CHECK(books.counts().received == 4);
}

TEST_CASE("ledger: a message in a room it was not for is a stray") {
  ledger rooms{{.groups = 2, .members = 2, .senders = 4, .sender_hears = true}};
  rooms.book(2, {.sender = 1, .sequence = 0, .intended = 0});
  CHECK(rooms.counts().received == 1);
  rooms.book(2, {.sender = 0, .sequence = 0, .intended = 0});
  rooms.book(2, {.sender = 4, .sequence = 0, .intended = 0});  // nobody
  CHECK(rooms.counts().stray == 2);

  ledger pairs{{.groups = 2, .members = 2, .senders = 2, .sender_hears = false}};
  pairs.book(2, {.sender = 1, .sequence = 0, .intended = 0});  // its own sender
  CHECK(pairs.counts().stray == 1);
}

TEST_CASE("layout: senders are spread evenly over the groups") {
  const layout shape{.groups = 2, .members = 3, .senders = 4, .sender_hears = true};
  CHECK(shape.connection_of(0) == 0);
  CHECK(shape.connection_of(1) == 3);
  CHECK(shape.connection_of(2) == 1);
  CHECK(shape.connection_of(3) == 4);
}

TEST_CASE("histogram: a quantile is at most 3 percent above the value") {
  histogram times;
  CHECK(times.quantile(0.5) == 0);
  for (std::uint64_t value = 1; value <= 100'000; ++value) times.record(value);
  CHECK(times.quantile(0.5) >= 50'000);
  CHECK(times.quantile(0.5) <= 51'600);
  CHECK(times.quantile(0.99) >= 99'000);
  CHECK(times.quantile(0.99) <= 102'400);
  times.record(~std::uint64_t{0});
  CHECK(times.quantile(1.0) == ~std::uint64_t{0});
}

TEST_CASE("client: from the upgrade to its room, then it hears messages") {
  listener heard;
  traffic counts{};
  client subject{0, "token", "lobby", counts, heard};
  subject.start("127.0.0.1:1");
  const auto answer = [&](const std::string& bytes) {
    subject.output().clear();
    CHECK(subject.consume(bytes, 0) == bytes.size());
    return !subject.output().empty();
  };
  CHECK_FALSE(answer("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
  CHECK(answer(server_frame("0{}")));
  CHECK_FALSE(answer(server_frame("40/rooms,{\"sid\":\"x\"}")));
  CHECK(answer(server_frame("42/rooms,[\"connected\",{}]")));
  CHECK_FALSE(subject.ready());
  CHECK_FALSE(answer(server_frame("42/rooms,[\"joined-room\",{}]")));
  CHECK(subject.ready());
  CHECK(answer(server_frame("2")));  // a ping wants its pong
  CHECK_FALSE(answer(server_frame("42/rooms,[\"room-message\",{}]")));
  CHECK(heard.heard == "42/rooms,[\"room-message\",{}]");
  CHECK(counts.messages == 1);
  CHECK(counts.notices == 2);
}

TEST_CASE("client: a refusal, an error event and a close are failures with their reason") {
  listener nobody;
  for (const std::string& frame : {server_frame("44/rooms,{\"message\":\"no\"}"), server_frame("1"),
                                   server_frame("42/rooms,[\"error\",{}]"), std::string{"\x88\0", 2}}) {
    traffic counts{};
    client subject{0, "token", "", counts, nobody};
    subject.consume("HTTP/1.1 101 x\r\n\r\n" + server_frame("0{}") + frame, 0);
    CHECK_FALSE(subject.failure().empty());
  }
  traffic counts{};
  client refused{0, "token", "", counts, nobody};
  refused.consume("HTTP/1.1 400 Bad Request\r\n\r\n", 0);
  CHECK(refused.failure() == "HTTP/1.1 400 Bad Request");
}
