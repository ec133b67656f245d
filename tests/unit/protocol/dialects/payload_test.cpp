#include "protocol/dialects/payload.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::rooms};

}  // namespace

TEST_CASE("payload: a field that is missing, null or of another type is named") {
  for (const json& line : {json{"join-room"}, json{"join-room", nullptr}, json{"join-room", json::object()},
                           json{"join-room", {{"room", nullptr}}}, json{"join-room", {{"room", 7}}},
                           json{"join-room", {{"room", json::array()}}}}) {
    const auto why = error_of(set, line);
    CHECK(why.code == errc::invalid_payload);
    CHECK(why.field == "room");
  }
}

TEST_CASE("payload: what is no object is told so, by the first field that was wanted") {
  for (const json& line :
       {json{"join-room", "general"}, json{"join-room", 7}, json{"join-room", json::array({"general"})}}) {
    const auto why = error_of(set, line);
    CHECK(why.field == "room");
    CHECK(why.message() == "payload must be an object");
  }
}

TEST_CASE("payload: the first mistake of several is told") {
  CHECK(error_of(set, {"room-message", json::object()}).field == "room");
  CHECK(error_of(set, {"room-message", {{"room", "x"}}}).field == "message");
}

TEST_CASE("payload: a room's name has 1 to 128 characters, whatever bytes they take") {
  std::string long_name;
  for (int i = 0; i < 128; ++i) long_name += "é";
  CHECK(command_of<command::join_room>(set, {"join-room", {{"room", long_name}}}).room == room_name{long_name});
  CHECK(error_of(set, {"join-room", {{"room", long_name + "e"}}}).field == "room");
  CHECK(error_of(set, {"join-room", {{"room", ""}}}).field == "room");
}

TEST_CASE("payload: a room's name has no control characters") {
  for (const std::string name : {"a\nb", "a\x7f", "a\xc2\x85", "\x01"})
    CHECK(error_of(set, {"join-room", {{"room", name}}}).field == "room");
  CHECK(error_of(set, {"join-room", {{"room", std::string{"a\0b", 3}}}}).field == "room");
}

TEST_CASE("payload: text has 1 byte to its limit, and may be of any characters") {
  const payload_limits small{128, 4};
  CHECK(error_of(set, {"send-message", {{"message", ""}}}).field == "message");
  CHECK(error_of(set, {"send-message", {{"message", 5}}}).field == "message");
  CHECK(error_of(set, {"send-message", {{"message", "12345"}}}, small).message() ==
        "message must be a string of 1 to 4 bytes");
  const auto fits = decode_line(set, {"send-message", {{"message", "1\n\té"}}}, ana(), {128, 5});
  CHECK(std::holds_alternative<any_command>(fits.body));
}

TEST_CASE("payload: a user is named by a number or a string, by nothing else") {
  for (const json& to : {json(true), json::object(), json::array(), json("")})
    CHECK(error_of(set, {"send-message", {{"message", "hi"}, {"to", to}}}).field == "to");
}

TEST_CASE("payload: who names another sender than themselves is refused") {
  for (const auto* field : {"userId", "sender_id", "user_id"}) {
    const auto why = error_of(set, {"send-message", {{"message", "hi"}, {field, 8}}});
    CHECK(why.code == errc::forbidden);
    CHECK(why.field == field);
  }
  CHECK(error_of(set, {"get-active-users", {{"userId", "ben"}}}).code == errc::forbidden);
}

TEST_CASE("payload: who names themselves, as a number or a string, is not") {
  for (const json& self : {json(7), json("7"), json(nullptr)})
    CHECK(command_of<command::post_to_all>(set, {"send-message", {{"message", "hi"}, {"userId", self}}}).text == "hi");
}

TEST_CASE("payload: a sender that is no id at all is a wrong payload") {
  const auto why = error_of(set, {"send-message", {{"message", "hi"}, {"userId", json::object()}}});
  CHECK(why.code == errc::invalid_payload);
  CHECK(why.field == "userId");
}
