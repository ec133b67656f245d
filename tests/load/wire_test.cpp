// How packets travel between a user and a server: frames, long-polling, tickets, and a user's way to readiness.
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "tests/load/frames.hpp"
#include "tests/load/histogram.hpp"
#include "tests/load/link.hpp"
#include "tests/load/ticket.hpp"

using namespace parley::load;

namespace {

std::string server_frame(std::string_view text) {
  std::string frame{"\x81"};
  if (text.size() < 126) return frame.append(1, static_cast<char>(text.size())).append(text);
  frame.append(1, 126).append(1, static_cast<char>(text.size() >> 8));
  return frame.append(1, static_cast<char>(text.size() & 0xff)).append(text);
}

struct listener final : audience {
  void on_ready(std::uint32_t) override { ready = true; }
  void on_message(std::uint32_t, word, std::string_view packet, std::uint64_t) override { heard = packet; }
  void on_ack(std::uint32_t, std::uint64_t ack, std::string_view, std::uint64_t) override { acked = ack; }
  void on_notice(std::uint32_t, const spoken*, std::string_view) override { ++notices; }
  void on_error(std::uint32_t, std::string_view packet) override { error = packet; }

  bool ready = false;
  std::string heard;
  std::string error;
  std::uint64_t acked = 0;
  int notices = 0;
};

/// A user of `rooms` who wants to be in the room `lobby`.
struct visitor {
  explicit visitor(transport_kind by = transport_kind::websocket) {
    who.id = "u1";
    who.token = "token";
    who.rooms = {"lobby"};
    user speaker{speaks, who, heard};
    connection = by == transport_kind::websocket ? make_websocket_link(speaker, to) : make_polling_link(speaker, to);
    connection->start();
  }
  /// True when it answers on that channel.
  bool answers(const std::string& bytes, std::size_t channel = 0, std::size_t on = 0) {
    for (std::size_t i = 0; i < connection->channels(); ++i) connection->output(i).clear();
    CHECK(connection->consume(channel, bytes, 0) > 0);
    return !connection->output(on).empty();
  }

  dialect speaks = *make_dialect("rooms", nullptr);
  persona who;
  listener heard;
  address to{"127.0.0.1:1", "/socket.io/"};
  std::unique_ptr<user_link> connection;
};

std::string http_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

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
  const auto text = ticket_text({3, 7, 0xabcdef01, 0x0123456789abcdef}, 100);
  CHECK(text.size() == 100);
  for (const std::string before : {"[\"room-message\",", "[", "[\"room-message\",{}"}) {
    const auto found = finder.find(before + text + "\"]");
    REQUIRE(found.has_value());
    CHECK(found->stream == 3);
    CHECK(found->sender == 7);
    CHECK(found->sequence == 0xabcdef01);
    CHECK(found->intended == 0x0123456789abcdef);
  }
  CHECK_FALSE(finder.find("[\"room-message\",{}]").has_value());
  CHECK_FALSE(finder.find(text.substr(0, 20)).has_value());
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

TEST_CASE("user: from the upgrade to its room, then it hears messages") {
  visitor in;
  in.connection->consume(0, "HTTP/1.1 101 Switching Protocols\r\n\r\n", 0);
  CHECK(in.answers(server_frame("0{}")));
  CHECK_FALSE(in.answers(server_frame("40/rooms,{\"sid\":\"x\"}")));
  CHECK(in.answers(server_frame("42/rooms,[\"connected\",{}]")));
  CHECK_FALSE(in.heard.ready);
  CHECK_FALSE(in.answers(server_frame("42/rooms,[\"joined-room\",{}]")));
  CHECK(in.heard.ready);
  CHECK(in.answers(server_frame("2")));  // a ping wants its pong
  CHECK_FALSE(in.answers(server_frame("42/rooms,[\"room-message\",{}]")));
  CHECK(in.heard.heard == "[\"room-message\",{}]");
  CHECK(in.heard.notices == 2);
  CHECK_FALSE(in.answers(server_frame("43/rooms,17[{\"ok\":true}]")));
  CHECK(in.heard.acked == 17);
  CHECK_FALSE(in.answers(server_frame("42/rooms,[\"error\",{\"code\":\"x\"}]")));
  CHECK(in.heard.error == "[\"error\",{\"code\":\"x\"}]");
}

TEST_CASE("user: how long the server may be silent is what it said when it opened the session") {
  visitor in;
  in.connection->consume(0, "HTTP/1.1 101 Switching Protocols\r\n\r\n", 0);
  CHECK(in.connection->user().allowed_silence() == user::no_limit);
  CHECK(in.connection->user().waits_for() == "the connection");
  in.answers(server_frame(R"(0{"sid":"x","pingInterval":25000,"pingTimeout":20000})"));
  CHECK(in.connection->user().allowed_silence() == 45'000'000'000);
  CHECK(in.connection->user().waits_for() == "the answer to CONNECT");
  for (const auto* terms : {R"(0{"pingInterval":"soon","pingTimeout":-1})", "0[]", "0{", "0"}) {
    visitor other;
    other.connection->consume(0, "HTTP/1.1 101 Switching Protocols\r\n\r\n", 0);
    CHECK(other.answers(server_frame(terms)));
    CHECK(other.connection->user().allowed_silence() == user::no_limit);
  }
}

TEST_CASE("user: by long-polling, packets come in answers and leave in posts, one at a time") {
  visitor in{transport_kind::polling};
  CHECK(in.connection->output(0).starts_with("GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n"));
  CHECK(in.answers(http_answer("0{\"sid\":\"abc\"}"), 0, 1));
  CHECK(in.connection->output(1).find("&sid=abc") != std::string::npos);
  CHECK(in.connection->output(1).ends_with("40/rooms,{\"token\":\"token\"}"));
  // The join waits for the first POST's answer.
  CHECK_FALSE(in.answers(http_answer("40/rooms,{\"sid\":\"x\"}\x1e"
                                     "42/rooms,[\"connected\",{}]"),
                         0, 1));
  CHECK(in.answers(http_answer("ok"), 1, 1));
  CHECK(in.answers(http_answer("42/rooms,[\"joined-room\",{}]"), 0, 0));
  CHECK(in.heard.ready);
}

TEST_CASE("user: a refusal and a close are failures with their reason") {
  for (const std::string& frame :
       {server_frame("44/rooms,{\"message\":\"no\"}"), server_frame("1"), std::string{"\x88\0", 2}}) {
    visitor in;
    in.connection->consume(0, "HTTP/1.1 101 x\r\n\r\n" + server_frame("0{}") + frame, 0);
    CHECK_FALSE(in.connection->user().failure().empty());
  }
  visitor refused;
  refused.connection->consume(0, "HTTP/1.1 400 Bad Request\r\n\r\n", 0);
  CHECK(refused.connection->user().failure() == "HTTP/1.1 400 Bad Request");
}
