#include "protocol/wire/codec.hpp"

#include <random>

#include <doctest/doctest.h>

#include "protocol/domain/events.hpp"

using namespace parley;

namespace {

/// What a node of another version makes of the same struct.
struct older {
  std::string name;
  std::uint32_t count = 0;
};
struct newer {
  std::string name;
  std::uint32_t count = 0;
  std::string added = "default";
  std::vector<std::string> more{};
};
struct holder_of_older {
  older what;
  std::uint64_t behind = 0;
};
struct holder_of_newer {
  newer what;
  std::uint64_t behind = 0;
};

message full_message() {
  message made;
  made.id = message_id{"m1"};
  made.conversation = conversation_id{"c1"};
  made.seq = 1'234'567'890'123U;
  made.sender = {user_id{"7"}, "7"};
  made.type = message_type::sticker;
  made.content = R"({"a":"\u0000ü"})";
  made.client_id = std::string("with\0zero", 9);
  made.at = timestamp{std::chrono::milliseconds{1'700'000'000'123}};
  made.edited_at = timestamp{std::chrono::milliseconds{-5}};
  made.reactions = {{"👍", 3}, {"", 0}};
  made.status = message_status::read;
  return made;
}

template <std::size_t... At>
std::vector<domain_event> one_of_each(std::index_sequence<At...>) {
  std::vector<domain_event> made;
  (made.push_back({{}, any_event{std::in_place_index<At>}}), ...);
  return made;
}

}  // namespace

TEST_CASE("wire: what is written is read again") {
  const auto before = full_message();
  const auto after = wire::decode<message>(wire::encode(before));
  REQUIRE(after);
  CHECK(after->id == before.id);
  CHECK(after->seq == before.seq);
  CHECK(after->sender == before.sender);
  CHECK(after->type == before.type);
  CHECK(after->content == before.content);
  CHECK(after->client_id == before.client_id);
  CHECK(after->at == before.at);
  CHECK(after->edited_at == before.edited_at);
  CHECK(after->reactions == before.reactions);
  CHECK(after->status == before.status);
}

TEST_CASE("wire: every event has a form, and comes back as the same") {
  for (const auto& each : one_of_each(std::make_index_sequence<std::variant_size_v<any_event>>{})) {
    const auto text = wire::encode(each);
    const auto back = wire::decode<domain_event>(text);
    REQUIRE(back);
    CHECK(back->body.index() == each.body.index());
    CHECK(wire::encode(*back) == text);
  }
}

TEST_CASE("wire: JSON values, shared values and absent ones travel as they are") {
  const event::custom custom{"name", json::parse(R"([1,-2.5,"x",null,{"k":[true]}])")};
  CHECK(wire::decode<event::custom>(wire::encode(custom))->args == custom.args);
  const event::typing_changed typing{conversation_id{"c"}, {}, std::make_shared<user_record>(), true};
  const auto back = wire::decode<event::typing_changed>(wire::encode(typing));
  REQUIRE(back);
  CHECK(back->profile != nullptr);
  CHECK(back->user.who == nullptr);
  CHECK(back->on);
}

TEST_CASE("wire: a newer node adds fields at the end, and both sides understand what they know") {
  const auto from_newer = wire::decode<holder_of_older>(wire::encode(holder_of_newer{{"n", 3, "x", {"y"}}, 9}));
  REQUIRE(from_newer);
  CHECK(from_newer->what.name == "n");
  CHECK(from_newer->what.count == 3);
  CHECK(from_newer->behind == 9);
  const auto from_older = wire::decode<holder_of_newer>(wire::encode(holder_of_older{{"o", 4}, 8}));
  REQUIRE(from_older);
  CHECK(from_older->what.count == 4);
  CHECK(from_older->what.added == "default");
  CHECK(from_older->behind == 8);
}

TEST_CASE("wire: an alternative that is not known cannot be read, and harms nothing behind it") {
  using known = std::variant<int, std::string>;
  using grown = std::variant<int, std::string, newer>;
  CHECK_FALSE(wire::decode<known>(wire::encode(grown{newer{}})));
  CHECK(wire::decode<known>(wire::encode(grown{std::string{"x"}})));
}

TEST_CASE("wire: whatever bytes come, reading ends, within them") {
  std::mt19937 random{3};
  const auto whole = wire::encode(domain_event{{}, event::message_received{full_message(), {}}});
  for (std::size_t length = 0; length < whole.size(); ++length)
    wire::decode<domain_event>(std::string_view{whole}.substr(0, length));
  for (int round = 0; round < 20'000; ++round) {
    auto text = whole;
    for (auto changes = random() % 8 + 1; changes > 0; --changes)
      text[random() % text.size()] = static_cast<char>(random());
    if (random() % 4 == 0) text.resize(random() % text.size());
    const auto found = wire::decode<domain_event>(text);
    if (found) wire::encode(*found);
  }
  // A count that nothing justifies.
  std::string huge;
  wire::writer to{huge};
  to.number(~std::uint64_t{0});
  CHECK_FALSE(wire::decode<std::vector<message>>(huge));
  CHECK_FALSE(wire::decode<std::map<std::string, std::string>>(huge));
}
