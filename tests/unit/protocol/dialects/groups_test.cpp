#include "protocol/dialects/groups.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::groups};

/// Any number, any name, and what is neither.
const std::vector<json> no_ids = {nullptr, true, "", "a\nb", json::array(), json::object(), std::string(129, 'x')};

}  // namespace

// -- what a client sends, in the order of the document
// ------------------------------------------------------------

TEST_CASE("groups: join-group and leave-group name their group by a number or a string") {
  const auto numbered = command_of<command::join_room>(set, {"join-group", {{"groupId", 123}}});
  CHECK(numbered.room == group_room("123"));
  CHECK(numbered.label == "123");
  const auto named = command_of<command::leave_room>(set, {"leave-group", {{"groupId", "123"}}});
  CHECK(named.room == group_room("123"));
  CHECK(named.label == R"("123")");
}

TEST_CASE("groups: no room has a group's name") {
  CHECK(group_room("123").str() ==
        "\x01"
        "123");
  CHECK_FALSE(valid_name(group_room("123").str()));
}

TEST_CASE("groups: a group's id that is no id is refused") {
  for (const auto* name : {"join-group", "leave-group", "watch-episode", "group-activity"}) {
    CHECK(wrong_field(set, {name}) == "groupId");
    CHECK(wrong_field(set, {name, 7}) == "groupId");
    for (const auto& id : no_ids)
      CHECK(wrong_field(set, {name, {{"groupId", id}, {"seriesId", 1}, {"episodeId", 2}, {"type", "x"}}}) == "groupId");
  }
}

TEST_CASE("groups: watch-episode keeps the ids as they were sent") {
  const auto act = command_of<command::act_in_group>(
      set, {"watch-episode", {{"groupId", 1}, {"seriesId", 456}, {"episodeId", "e-789"}}});
  CHECK(act.room == group_room("1"));
  CHECK(act.label == "1");
  CHECK(act.series == "456");
  CHECK(act.episode == R"("e-789")");
  CHECK(act.type == "");
  CHECK(act.data == "");
}

TEST_CASE("groups: watch-episode needs a series and an episode") {
  CHECK(wrong_field(set, {"watch-episode", {{"groupId", 1}, {"episodeId", 2}}}) == "seriesId");
  CHECK(wrong_field(set, {"watch-episode", {{"groupId", 1}, {"seriesId", 2}}}) == "episodeId");
  for (const auto& id : no_ids) {
    CHECK(wrong_field(set, {"watch-episode", {{"groupId", 1}, {"seriesId", id}, {"episodeId", 2}}}) == "seriesId");
    CHECK(wrong_field(set, {"watch-episode", {{"groupId", 1}, {"seriesId", 2}, {"episodeId", id}}}) == "episodeId");
  }
}

TEST_CASE("groups: group-activity has a type and any data") {
  const auto act = command_of<command::act_in_group>(
      set, {"group-activity", {{"groupId", 1}, {"type", "series \"added\""}, {"data", {{"seriesName", "x"}}}}});
  CHECK(act.room == group_room("1"));
  CHECK(act.type == R"("series \"added\"")");
  CHECK(act.data == R"({"seriesName":"x"})");
  CHECK(act.series == "");
  const auto bare = command_of<command::act_in_group>(set, {"group-activity", {{"groupId", 1}, {"type", "x"}}});
  CHECK(bare.data == "");
}

TEST_CASE("groups: an activity's type is a text that is not empty") {
  for (const json& type : {json(nullptr), json(""), json(1), json::array()})
    CHECK(wrong_field(set, {"group-activity", {{"groupId", 1}, {"type", type}}}) == "type");
}

TEST_CASE("groups: nobody acts as another") {
  CHECK(error_of(set, {"join-group", {{"groupId", 1}, {"userId", 8}}}).code == errc::forbidden);
}

// -- what a client hears, in the order of the document
// ------------------------------------------------------------

TEST_CASE("groups: connected greets with the user") {
  CHECK(said(set, event::session_opened{ana(), {}}) ==
        R"(connected {"message":"Conectado exitosamente","user":{"id":7,"username":"ana"}})");
}

TEST_CASE("groups: joined-group and left-group confirm, with the id as it was sent") {
  CHECK(said(set, event::room_joined{group_room("1"), "1"}) ==
        R"(joined-group {"groupId":1,"message":"Te has unido al grupo exitosamente"})");
  CHECK(said(set, event::room_left{group_room("1"), R"("1")"}) ==
        R"(left-group {"groupId":"1","message":"Has salido del grupo exitosamente"})");
}

TEST_CASE("groups: user-joined-group and user-left-group tell the others") {
  const std::string fields = R"( {"userId":7,"username":"ana","groupId":1,"timestamp":"2026-01-01T12:00:00.000Z"})";
  CHECK(said(set, event::member_joined{ana(), group_room("1"), "1"}) == "user-joined-group" + fields);
  CHECK(said(set, event::member_left{ana(), group_room("1"), "1"}) == "user-left-group" + fields);
}

TEST_CASE("groups: episode-watched names the series and the episode") {
  command::act_in_group act{group_room("1"), "1", "456", R"("e")"};
  CHECK(said(set, event::group_acted{ben(), act}) ==
        R"(episode-watched {"userId":"ben","username":"ben","groupId":1,"seriesId":456,"episodeId":"e",)"
        R"("timestamp":"2026-01-01T12:00:00.000Z"})");
}

TEST_CASE("groups: group-activity has what was sent, and null for no data") {
  command::act_in_group act{group_room("1"), "1", "", "", R"("added")", R"({"a":1})"};
  CHECK(said(set, event::group_acted{ana(), act}) ==
        R"(group-activity {"userId":7,"username":"ana","type":"added","data":{"a":1},)"
        R"("timestamp":"2026-01-01T12:00:00.000Z","groupId":1})");
  act.data.clear();
  CHECK(only(set, event::group_acted{ana(), act})[1]["data"].is_null());
}

TEST_CASE("groups: a notification is one, whomever it reaches") {
  for (const auto reach : {event::reach::user, event::reach::all, event::reach::role})
    CHECK(said(set, event::notified{ana(), "hola", "info", reach, "admin"}) ==
          R"(notification {"message":"hola","type":"info","timestamp":"2026-01-01T12:00:00.000Z"})");
}

TEST_CASE("groups: error says what and why") {
  CHECK(said(set, event::command_failed{error{errc::not_a_member}}) ==
        R"(error {"status":"error","code":"not_a_member","message":"No eres miembro del grupo","statusCode":403,)"
        R"("timestamp":"2026-01-01T12:00:00.000Z"})");
}

TEST_CASE("groups: the document's refusals are in its language, with code and status as ever") {
  const auto text = [](const error& why) { return only(set, event::command_failed{why})[1]["message"]; };
  CHECK(text(error_of(set, {"join-group", {{"groupId", nullptr}}})) == "Error al unirse al grupo");
  CHECK(text({errc::limit_reached, "Too many rooms", "room", attempt::joining}) == "Error al unirse al grupo");
  CHECK(text(error_of(set, {"leave-group", json::object()})) == "Error al salir del grupo");
  CHECK(text({errc::not_a_member, {}, "room", attempt::leaving}) == "Error al salir del grupo");
  CHECK(text({errc::token_missing}) == "Token no proporcionado");
  CHECK(text({errc::token_invalid, "Authentication token is invalid: it is too long"}) == "Token inválido");
  for (const auto code : {errc::token_expired, errc::token_revoked, errc::user_unknown})
    CHECK(text({code}) == "Error de autenticación");
  const auto refused = only(set, event::command_failed{error{errc::not_a_member, {}, "room", attempt::leaving}})[1];
  CHECK(refused["code"] == "not_a_member");
  CHECK(refused["statusCode"] == 403);
  CHECK(refused["data"]["field"] == "groupId");
  CHECK(parsed(ack_failed(dialect_id::groups, {errc::token_expired}).args)["message"] == "Error de autenticación");
  CHECK(in_words_of({dialect_id::rooms, dialect_id::groups}, {errc::token_missing}).text == "Token no proporcionado");
  CHECK(in_words_of({dialect_id::rooms}, {errc::token_missing}).text.empty());
}

TEST_CASE("groups: there is no word for rooms, nor for what only others say") {
  const room_name room{"x"};
  CHECK(said(set, event::room_joined{room}) == "");
  CHECK(said(set, event::room_left{room}) == "");
  CHECK(said(set, event::member_joined{ana(), room}) == "");
  CHECK(said(set, event::member_left{ana(), room}) == "");
  CHECK(said(set, event::pinged{ana()}) == "");
  CHECK(said(set, event::user_came_online{ana(), 1}) == "");
}

TEST_CASE("groups: an ack confirms with the id as it was sent") {
  CHECK(ack_ok(dialect_id::groups, {noon, event::room_joined{group_room("1"), "1"}}).args ==
        R"({"ok":true,"groupId":1,"message":"Te has unido al grupo exitosamente"})");
}
