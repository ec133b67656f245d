#include "protocol/dialects/hub.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::hub};
constexpr auto noon_text = "2026-01-01T12:00:00.000Z";

const json from_ana = {{"id", 7}, {"username", "ana"}, {"email", "ana@example.org"}, {"role", "admin"}};
const json from_ben = {{"id", "ben"}, {"username", "ben"}, {"email", nullptr}, {"role", nullptr}};

json with_time(json user) {
  user["connectedAt"] = "2026-01-01T08:00:00.000Z";
  return user;
}

}  // namespace

// -- what a client sends, in the order of the document
// ------------------------------------------------------------

TEST_CASE("hub: join_room and leave_room name their room") {
  CHECK(command_of<command::join_room>(set, {"join_room", {{"room", "x"}}}).room == room_name{"x"});
  CHECK(command_of<command::leave_room>(set, {"leave_room", {{"room", "x"}}}).room == room_name{"x"});
}

TEST_CASE("hub: send_message goes to a room, to a user, or to all") {
  const auto to_room = command_of<command::post_to_room>(set, {"send_message", {{"room", "x"}, {"message", "hi"}}});
  CHECK(to_room.room == room_name{"x"});
  CHECK(to_room.text == "hi");
  const auto to_user = command_of<command::post_to_user>(set, {"send_message", {{"to", 9}, {"message", "hi"}}});
  CHECK(to_user.to == user("9"));
  CHECK(to_user.text == "hi");
  CHECK(command_of<command::post_to_all>(set, {"send_message", {{"message", "hi"}}}).text == "hi");
}

TEST_CASE("hub: send_message to both a room and a user is refused") {
  const auto why = error_of(set, {"send_message", {{"room", "x"}, {"to", 9}, {"message", "hi"}}});
  CHECK(why.code == errc::invalid_payload);
  CHECK(why.field == "to");
}

TEST_CASE("hub: send_message to null reaches nobody: the field is wrong") {
  CHECK(wrong_field(set, {"send_message", {{"room", nullptr}, {"message", "hi"}}}) == "room");
  CHECK(wrong_field(set, {"send_message", {{"to", nullptr}, {"message", "hi"}}}) == "to");
  CHECK(wrong_field(set, {"send_message", {{"room", nullptr}, {"to", 9}, {"message", "hi"}}}) == "room");
  CHECK(wrong_field(set, {"send_message", {{"room", "x"}, {"to", nullptr}, {"message", "hi"}}}) == "to");
}

TEST_CASE("hub: get_online_users and ping need no payload") {
  command_of<command::list_users>(set, {"get_online_users"});
  command_of<command::list_users>(set, {"get_online_users", nullptr});
  command_of<command::ping>(set, {"ping"});
  command_of<command::ping>(set, {"ping", json::object()});
}

TEST_CASE("hub: admin_broadcast announces") {
  CHECK(command_of<command::announce>(set, {"admin_broadcast", {{"message", "hi"}}}).text == "hi");
}

// -- what a client hears, in the order of the document
// ------------------------------------------------------------

TEST_CASE("hub: user_joined and user_left tell the others in the room") {
  const json fields = {{"user", with_time(from_ana)}, {"room", "x"}, {"timestamp", noon_text}};
  CHECK(only(set, event::member_joined{ana(), room_name{"x"}}) == json{"user_joined", fields});
  CHECK(only(set, event::member_left{ana(), room_name{"x"}}) == json{"user_left", fields});
}

TEST_CASE("hub: user_online and user_offline") {
  const json fields = {{"user", with_time(from_ben)}, {"timestamp", noon_text}};
  CHECK(only(set, event::user_came_online{ben(), 1}) == json{"user_online", fields});
  CHECK(only(set, event::user_went_offline{ben(), 0}) == json{"user_offline", fields});
}

TEST_CASE("hub: new_message has a type for each scope, and where it went") {
  event::message_posted posted{message_id{"m1"}, ana(), "hi"};
  json fields = {{"id", "m1"}, {"from", from_ana}, {"message", "hi"}, {"type", "broadcast"}, {"timestamp", noon_text}};
  CHECK(only(set, posted) == json{"new_message", fields});

  posted.scope = event::scope::room;
  posted.room = room_name{"x"};
  fields["type"] = "room";
  fields["room"] = "x";
  CHECK(only(set, posted) == json{"new_message", fields});

  posted.scope = event::scope::user;
  posted.to_json = "7";
  fields["type"] = "private";
  fields["to"] = 7;
  fields.erase("room");
  CHECK(only(set, posted) == json{"new_message", fields});
}

TEST_CASE("hub: the e-mail address can be read where there is none") {
  CHECK(only(set, event::message_posted{message_id{"m1"}, ben(), "hi"})[1]["from"] == from_ben);
}

TEST_CASE("hub: notification, with its role where it has one") {
  json fields = {{"from", from_ana}, {"message", "hi"}, {"type", "info"}, {"timestamp", noon_text}};
  CHECK(only(set, event::notified{ana(), "hi", "info", event::reach::all}) == json{"notification", fields});
  fields["targetRole"] = "admin";
  CHECK(only(set, event::notified{ana(), "hi", "info", event::reach::role, "admin"}) == json{"notification", fields});
}

TEST_CASE("hub: admin_announcement") {
  CHECK(only(set, event::announced{ana(), "hi"}) ==
        json{"admin_announcement", {{"message", "hi"}, {"from", from_ana}, {"timestamp", noon_text}}});
}

TEST_CASE("hub: what confirms: joined_room, left_room, online_users, pong") {
  CHECK(only(set, event::room_joined{room_name{"x"}}) == json{"joined_room", {{"room", "x"}}});
  CHECK(only(set, event::room_left{room_name{"x"}}) == json{"left_room", {{"room", "x"}}});
  CHECK(only(set, event::users_listed{{ana(), ben()}}) ==
        json{"online_users", {{"users", {with_time(from_ana), with_time(from_ben)}}, {"count", 2}}});
  CHECK(only(set, event::pinged{ana()}) == json{"pong", {{"user", with_time(from_ana)}, {"timestamp", noon_text}}});
}

TEST_CASE("hub: failures are exceptions") {
  CHECK(only(set, event::command_failed{error{errc::forbidden}}) == json{"exception",
                                                                         {{"status", "error"},
                                                                          {"code", "forbidden"},
                                                                          {"message", "You may not do this"},
                                                                          {"statusCode", 403},
                                                                          {"timestamp", noon_text}}});
}

TEST_CASE("hub: connecting is said by Socket.IO itself") {
  CHECK(encode(set, {noon, event::session_opened{ana(), {}}}).empty());
}

TEST_CASE("hub: there is no word for groups") {
  const room_name group{
      "\x01"
      "1"};
  CHECK(encode(set, {noon, event::room_joined{group, "1"}}).empty());
  CHECK(encode(set, {noon, event::room_left{group, "1"}}).empty());
  CHECK(encode(set, {noon, event::member_joined{ana(), group, "1"}}).empty());
  CHECK(encode(set, {noon, event::member_left{ana(), group, "1"}}).empty());
}
