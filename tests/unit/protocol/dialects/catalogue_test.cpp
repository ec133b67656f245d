#include "protocol/dialects/catalogue.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set both{dialect_id::rooms, dialect_id::hub};
constexpr dialect_set rooms_alone{dialect_id::rooms};
constexpr dialect_set hub_alone{dialect_id::hub};

domain_event at_noon(any_event body) { return {noon, std::move(body)}; }

std::vector<std::string> names(const wire_events& events) {
  std::vector<std::string> names;
  for (const auto& each : events) names.push_back(each.name);
  return names;
}

json object_of(const wire_event& what) { return parsed(what.args); }

}  // namespace

TEST_CASE("catalogue: dialects are found by their names") {
  for (const auto* name : {"groups", "rooms", "messenger", "hub", "chat", "conformance"}) {
    const auto id = find(name);
    REQUIRE_MESSAGE(id, name);
    CHECK(get(*id).name() == name);
    CHECK(get(*id).id() == *id);
  }
  CHECK(find("rooms") == dialect_id::rooms);
  CHECK(find("hub") == dialect_id::hub);
  CHECK(find("conformance") == dialect_id::conformance);
  CHECK_FALSE(find("Rooms"));
  CHECK(get(dialect_id::hub).name() == "hub");
}

// -- commands
// -----------------------------------------------------------------------------------------------------

TEST_CASE("catalogue: a command that one dialect alone knows narrows to it") {
  const auto by_hub = decode_line(both, {"send_message", {{"message", "hi"}}});
  CHECK(by_hub.by == dialect_id::hub);
  CHECK(by_hub.unique);
  const auto by_rooms = decode_line(both, {"send-message", {{"message", "hi"}}});
  CHECK(by_rooms.by == dialect_id::rooms);
  CHECK(by_rooms.unique);
}

TEST_CASE("catalogue: a wrong payload is the error of the dialect that knows the name") {
  const auto what = decode_line(both, {"join_room"});
  CHECK(what.by == dialect_id::hub);
  REQUIRE(std::holds_alternative<error>(what.body));
  CHECK(std::get<error>(what.body).field == "room");
}

TEST_CASE("catalogue: what no dialect of the set knows is unknown_event, by none") {
  for (const auto set : {both, rooms_alone, dialect_set{}}) {
    const auto what = decode_line(set, {"dance", {{"room", "x"}}});
    CHECK_FALSE(what.by);
    CHECK_FALSE(what.unique);
    REQUIRE(std::holds_alternative<error>(what.body));
    CHECK(std::get<error>(what.body).code == errc::unknown_event);
    CHECK(std::get<error>(what.body).text == "Unknown event: dance");
    CHECK(std::get<error>(what.body).event == "dance");
  }
  CHECK_FALSE(decode_line(rooms_alone, {"ping"}).by);
}

TEST_CASE("catalogue: of an unknown name that is long the beginning is told, no character cut") {
  const auto told = [](const std::string& name) {
    return parsed(ack_failed(std::nullopt, error_of(both, {name})).args)["data"]["event"].get<std::string>();
  };
  const std::string just_fits(64, 'x');
  CHECK(told(just_fits) == just_fits);
  CHECK(told(just_fits + "y") == just_fits + "…");
  CHECK(told(std::string(63, 'x') + "é" + just_fits) == std::string(63, 'x') + "…");
  CHECK(told("a\nb\"c\x01") == "a\nb\"c\x01");
}

TEST_CASE("catalogue: auth:refresh is taken for all dialects, in the words of the only one, and narrows to none") {
  const auto what = decode_line(both, {"auth:refresh", {{"token", "abc"}}});
  CHECK_FALSE(what.by);
  CHECK_FALSE(what.unique);
  REQUIRE(std::holds_alternative<any_command>(what.body));
  CHECK(std::get<command::refresh_token>(std::get<any_command>(what.body)).token == "abc");
  CHECK(error_of(hub_alone, {"auth:refresh", {{"token", 1}}}).field == "token");
  CHECK(decode_line(hub_alone, {"auth:refresh"}).by == dialect_id::hub);
}

TEST_CASE("catalogue: of one name, the dialect whose payload shape matches takes the command") {
  const dialect_set talkers{dialect_id::messenger, dialect_id::chat};
  const auto messenger = decode_line(talkers, {"message:send", {{"conversationId", "c"}, {"content", "hi"}}});
  CHECK(messenger.by == dialect_id::messenger);
  CHECK_FALSE(messenger.unique);
  const auto chat = decode_line(talkers, {"message:send", {{"chat_id", "c"}, {"body", "hi"}}});
  CHECK(chat.by == dialect_id::chat);
  CHECK(std::holds_alternative<any_command>(chat.body));
  const auto neither = decode_line(talkers, {"message:send", json::object()});
  CHECK(neither.by == dialect_id::messenger);
  CHECK(std::get<error>(neither.body).field == "conversationId");
}

// -- events
// -------------------------------------------------------------------------------------------------------

TEST_CASE("catalogue: a mixed namespace hears each dialect's event, in their order") {
  const auto events = encode(both, at_noon(event::room_joined{room_name{"x"}}));
  CHECK(names(events) == std::vector<std::string>{"joined-room", "joined_room"});
}

TEST_CASE("catalogue: events of one name are one event with the fields of all") {
  const auto what = at_noon(event::notified{ana(), "hi", "info", event::reach::user});
  const auto events = encode(both, what);
  REQUIRE(names(events) == std::vector<std::string>{"notification"});

  auto expected = object_of(encode(rooms_alone, what).front());
  CHECK(object_of(events.front()) == expected);
}

TEST_CASE("catalogue: the union reaches into objects, and the first dialect's values stay") {
  const auto what = at_noon(event::notified{ben(), "hi", "info", event::reach::user});
  const auto merged = object_of(encode(both, what).front());
  CHECK(merged["from"]["roles"] == json::array());
  CHECK(merged["from"]["email"].is_null());
  CHECK(merged["from"].contains("email"));
}

TEST_CASE("catalogue: a broken character survives the union") {
  const auto text = parsed(R"("\ud800")").get<std::string>();
  const auto events = encode(both, at_noon(event::notified{ben(), text, "info", event::reach::user}));
  REQUIRE(events.size() == 1);
  CHECK(events.front().args.find(R"("message":"\ud800")") != std::string::npos);
}

TEST_CASE("catalogue: a failure is an error and an exception, where both are heard") {
  CHECK(names(encode(both, at_noon(event::command_failed{error{errc::token_expired}}))) ==
        std::vector<std::string>{"error", "exception"});
}

TEST_CASE("catalogue: a failure that no dialect took is an error") {
  const auto events = encode({}, at_noon(event::command_failed{error{errc::unknown_event}}));
  REQUIRE(names(events) == std::vector<std::string>{"error"});
  CHECK(object_of(events.front()) == json{{"status", "error"},
                                          {"code", "unknown_event"},
                                          {"message", "Unknown event"},
                                          {"statusCode", 404},
                                          {"timestamp", "2026-01-01T12:00:00.000Z"}});
}

TEST_CASE("catalogue: a custom event keeps its name and arguments in every set") {
  for (const auto set : {both, hub_alone, dialect_set{dialect_id::conformance}}) {
    const auto events = encode(set, at_noon(event::custom{"news", {1, "two", nullptr}}));
    REQUIRE(names(events) == std::vector<std::string>{"news"});
    CHECK(events.front().args == R"(1,"two",null)");
    CHECK(events.front().arity == 3);
  }
  const auto bare = encode(both, at_noon(event::custom{"news", json::array()}));
  REQUIRE(bare.size() == 1);
  CHECK(bare.front().args == "");
  CHECK(bare.front().arity == 0);
}

TEST_CASE("catalogue: groups and rooms greet once, in the words of groups") {
  const auto events = encode({dialect_id::groups, dialect_id::rooms}, at_noon(event::session_opened{ben(), {}}));
  REQUIRE(names(events) == std::vector<std::string>{"connected"});
  CHECK(object_of(events.front()) == json{{"message", "Conectado exitosamente"},
                                          {"user",
                                           {{"id", "ben"},
                                            {"username", "ben"},
                                            {"role", nullptr},
                                            {"roles", json::array()},
                                            {"connectedAt", "2026-01-01T08:00:00.000Z"}}},
                                          {"timestamp", "2026-01-01T12:00:00.000Z"}});
}

// -- acks
// ---------------------------------------------------------------------------------------------------------

TEST_CASE("catalogue: a successful ack is the confirming event with ok") {
  const auto joined = ack_ok(dialect_id::rooms, at_noon(event::room_joined{room_name{"x"}}));
  CHECK(object_of(joined) == json{{"ok", true}, {"room", "x"}, {"message", "Joined room x"}});
  CHECK(object_of(ack_ok(dialect_id::hub, at_noon(event::room_joined{room_name{"x"}}))) ==
        json{{"ok", true}, {"room", "x"}});
}

TEST_CASE("catalogue: an ack says ok where the dialect has no word for what happened") {
  CHECK(ack_ok(dialect_id::rooms, at_noon(event::pinged{ana()})).args == R"({"ok":true})");
}

TEST_CASE("catalogue: a fresh token's ack tells until when it is good") {
  for (const auto by : {dialect_id::rooms, dialect_id::hub})
    CHECK(object_of(ack_ok(by, at_noon(event::token_refreshed{noon}))) ==
          json{{"ok", true}, {"expiresAt", "2026-01-01T12:00:00.000Z"}});
}

TEST_CASE("catalogue: a failed ack says why") {
  CHECK(object_of(ack_failed(std::nullopt, invalid_field("to", "no"))) == json{{"ok", false},
                                                                               {"status", "error"},
                                                                               {"code", "invalid_payload"},
                                                                               {"message", "no"},
                                                                               {"statusCode", 400},
                                                                               {"data", {{"field", "to"}}}});
}
