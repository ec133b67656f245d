#include "protocol/dialects/rooms.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::rooms};

const json ana_json = {{"id", 7},
                       {"username", "ana"},
                       {"role", "admin"},
                       {"roles", {"admin", "user"}},
                       {"connectedAt", "2026-01-01T08:00:00.000Z"},
                       {"email", "ana@example.org"}};
const json ben_json = {{"id", "ben"},
                       {"username", "ben"},
                       {"role", nullptr},
                       {"roles", json::array()},
                       {"connectedAt", "2026-01-01T08:00:00.000Z"}};
constexpr auto noon_text = "2026-01-01T12:00:00.000Z";

}  // namespace

// -- what a client sends, in the order of the document's table
// ----------------------------------------------------

TEST_CASE("rooms: get-active-users needs no payload and ignores one") {
  for (const json& line : {json{"get-active-users"}, json{"get-active-users", nullptr},
                           json{"get-active-users", json::object()}, json{"get-active-users", "x"}})
    command_of<command::list_users>(set, line);
}

TEST_CASE("rooms: get-users-stats asks for the summary") {
  command_of<command::summarize_users>(set, {"get-users-stats"});
}

TEST_CASE("rooms: send-message without `to` is for all") {
  CHECK(command_of<command::post_to_all>(set, {"send-message", {{"message", "hi"}}}).text == "hi");
}

TEST_CASE("rooms: send-message with `to` is for that user, named by a string or a number") {
  const auto named = command_of<command::post_to_user>(set, {"send-message", {{"message", "hi"}, {"to", "ben"}}});
  CHECK(named.to == user("ben"));
  CHECK(named.text == "hi");
  const auto numbered = command_of<command::post_to_user>(set, {"send-message", {{"message", "hi"}, {"to", 7}}});
  CHECK(numbered.to == user("7"));
}

TEST_CASE("rooms: join-room, leave-room and room-message name their room") {
  CHECK(command_of<command::join_room>(set, {"join-room", {{"room", "general"}}}).room == room_name{"general"});
  CHECK(command_of<command::leave_room>(set, {"leave-room", {{"room", "general"}}}).room == room_name{"general"});
  const auto post = command_of<command::post_to_room>(set, {"room-message", {{"room", "general"}, {"message", "hi"}}});
  CHECK(post.room == room_name{"general"});
  CHECK(post.text == "hi");
}

// -- what a client hears, in the order of the document's table
// ----------------------------------------------------

TEST_CASE("rooms: connected greets with the user") {
  CHECK(only(set, event::session_opened{ana(), {}}) ==
        json{"connected", {{"message", "Connection successful"}, {"user", ana_json}, {"timestamp", noon_text}}});
}

TEST_CASE("rooms: a user has no e-mail address where the token has none") {
  CHECK(only(set, event::session_opened{ben(), {}})[1]["user"] == ben_json);
}

TEST_CASE("rooms: user-connected and user-disconnected count who is there") {
  CHECK(only(set, event::user_came_online{ana(), 2}) ==
        json{"user-connected", {{"user", ana_json}, {"timestamp", noon_text}, {"activeUsersCount", 2}}});
  CHECK(only(set, event::user_went_offline{ana(), 1}) ==
        json{"user-disconnected", {{"user", ana_json}, {"timestamp", noon_text}, {"activeUsersCount", 1}}});
}

TEST_CASE("rooms: active-users lists and counts") {
  CHECK(only(set, event::users_listed{{ana(), ben()}}) ==
        json{"active-users", {{"users", {ana_json, ben_json}}, {"count", 2}}});
  CHECK(only(set, event::users_listed{}) == json{"active-users", {{"users", json::array()}, {"count", 0}}});
}

TEST_CASE("rooms: users-stats counts by role and tells since when") {
  CHECK(only(set, event::users_summarized{2, {{"admin", 1}, {"say \"hi\"", 1}}, {{"7", morning}}}) ==
        json{"users-stats",
             {{"totalUsers", 2},
              {"usersByRole", {{"admin", 1}, {"say \"hi\"", 1}}},
              {"connectionTimes", {{"7", "2026-01-01T08:00:00.000Z"}}}}});
}

TEST_CASE("rooms: private-message, and its copy for the sender's other sessions") {
  event::message_posted posted{message_id{"m1"}, ana(), "hi", event::scope::user, {}, "7"};
  json fields = {{"from", ana_json}, {"message", "hi"}, {"timestamp", noon_text}};
  CHECK(only(set, posted) == json{"private-message", fields});
  posted.copy = true;
  fields["to"] = 7;
  CHECK(only(set, posted) == json{"private-message", fields});
}

TEST_CASE("rooms: broadcast-message is for all") {
  CHECK(only(set, event::message_posted{message_id{"m1"}, ana(), "hi"}) ==
        json{"broadcast-message", {{"from", ana_json}, {"message", "hi"}, {"timestamp", noon_text}}});
}

TEST_CASE("rooms: the three notifications differ by whom they reach") {
  json fields = {{"from", ana_json}, {"message", "hi"}, {"type", "info"}, {"timestamp", noon_text}};
  CHECK(only(set, event::notified{ana(), "hi", "info", event::reach::user}) == json{"notification", fields});
  CHECK(only(set, event::notified{ana(), "hi", "info", event::reach::all}) == json{"broadcast-notification", fields});
  fields["targetRole"] = "ADMIN";
  CHECK(only(set, event::notified{ana(), "hi", "info", event::reach::role, "ADMIN"}) ==
        json{"role-notification", fields});
}

TEST_CASE("rooms: who notifies over REST without being connected has no time of connection") {
  auto from = ana();
  from.connected_at = {};
  const auto line = only(set, event::notified{from, "hi", "info", event::reach::user});
  CHECK(line[1]["from"]["connectedAt"].is_null());
}

TEST_CASE("rooms: an admin's announcement is a broadcast-notification") {
  CHECK(only(set, event::announced{ana(), "hi"}) ==
        json{"broadcast-notification",
             {{"from", ana_json}, {"message", "hi"}, {"type", "announcement"}, {"timestamp", noon_text}}});
}

TEST_CASE("rooms: user-joined-room and user-left-room tell the others") {
  const json fields = {{"user", ana_json}, {"room", "general"}, {"timestamp", noon_text}};
  CHECK(only(set, event::member_joined{ana(), room_name{"general"}}) == json{"user-joined-room", fields});
  CHECK(only(set, event::member_left{ana(), room_name{"general"}}) == json{"user-left-room", fields});
}

TEST_CASE("rooms: room-message names its room") {
  CHECK(only(set, event::message_posted{message_id{"m1"}, ana(), "hi", event::scope::room, room_name{"general"}}) ==
        json{"room-message", {{"from", ana_json}, {"message", "hi"}, {"room", "general"}, {"timestamp", noon_text}}});
}

TEST_CASE("rooms: joined-room and left-room confirm") {
  CHECK(only(set, event::room_joined{room_name{"general"}}) ==
        json{"joined-room", {{"room", "general"}, {"message", "Joined room general"}}});
  CHECK(only(set, event::room_left{room_name{"general"}}) ==
        json{"left-room", {{"room", "general"}, {"message", "Left room general"}}});
}

TEST_CASE("rooms: error says what, why and which field") {
  CHECK(only(set, event::command_failed{invalid_field("room", "room must be a string")}) ==
        json{"error",
             {{"status", "error"},
              {"code", "invalid_payload"},
              {"message", "room must be a string"},
              {"statusCode", 400},
              {"timestamp", noon_text},
              {"data", {{"field", "room"}}}}});
  CHECK_FALSE(only(set, event::command_failed{error{errc::user_offline}})[1].contains("data"));
}

TEST_CASE("rooms: there is no word for groups") {
  const room_name group{
      "\x01"
      "1"};
  CHECK(encode(set, {noon, event::room_joined{group, "1"}}).empty());
  CHECK(encode(set, {noon, event::room_left{group, "1"}}).empty());
  CHECK(encode(set, {noon, event::member_joined{ana(), group, "1"}}).empty());
  CHECK(encode(set, {noon, event::member_left{ana(), group, "1"}}).empty());
}

TEST_CASE("rooms: there is no word for what only others say") {
  CHECK(encode(set, {noon, event::pinged{ana()}}).empty());
  CHECK(encode(set, {noon, event::token_refreshed{noon}}).empty());
}

TEST_CASE("rooms: send-message to null reaches nobody: the field is wrong") {
  CHECK(wrong_field(set, {"send-message", {{"to", nullptr}, {"message", "hi"}}}) == "to");
}
