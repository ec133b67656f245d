#include "protocol/dialects/chat.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::chat};
constexpr auto uuid = "0191f3a4-7C1e-7000-8000-0123456789ab";

json send(json fields) {
  json payload{{"chat_id", "c"}, {"body", "hi"}};
  payload.update(fields);
  return {"message:send", payload};
}

message hello() {
  message what;
  what.id = message_id{"m1"};
  what.conversation = conversation_id{"c"};
  what.seq = 3;
  what.sender = {user_id{"7"}, "7"};
  what.content = R"("Hello \"World\"!")";
  what.at = morning;
  return what;
}

}  // namespace

// -- what a client sends, in the order of the document
// ------------------------------------------------------------

TEST_CASE("chat: message:send posts a text to a conversation") {
  const auto post = command_of<command::post_message>(
      set, {"message:send", {{"chat_id", "c"}, {"sender_id", "7"}, {"body", "say \"hi\""}, {"status", "sent"}}});
  CHECK(post.in == conversation_id{"c"});
  CHECK(post.type == message_type::text);
  CHECK(post.content == R"("say \"hi\"")");
  CHECK(post.words == "sent");
  CHECK(post.client_id == "");
  CHECK(post.id == message_id{});
  CHECK(post.reply_to == message_id{});
}

TEST_CASE("chat: a chat is named by a string or an integer") {
  CHECK(command_of<command::post_message>(set, send({{"chat_id", 5}})).in == conversation_id{"5"});
  for (const json& id : {json(nullptr), json(""), json(1.5), json(true), json("a\nb"), json(std::string(129, 'x'))})
    CHECK(wrong_field(set, send({{"chat_id", id}})) == "chat_id");
}

TEST_CASE("chat: a client's id is its key, and the message's own id where it is a UUID") {
  const auto own = command_of<command::post_message>(set, send({{"id", uuid}}));
  CHECK(own.client_id == uuid);
  CHECK(own.id == message_id{uuid});
  for (const std::string other : {"1", "0191f3a4-7c1e-7000-8000-0123456789aX", "0191f3a47-c1e-7000-8000-0123456789ab",
                                  "0191f3a4-7c1e-7000-8000-0123456789ab0"}) {
    const auto post = command_of<command::post_message>(set, send({{"id", other}}));
    CHECK(post.client_id == other);
    CHECK(post.id == message_id{});
  }
}

TEST_CASE("chat: message:send has a body, and what else there is must be right") {
  for (const json& body : {json(nullptr), json(""), json(5), json::object()})
    CHECK(wrong_field(set, send({{"body", body}})) == "body");
  CHECK(wrong_field(set, send({{"body", "12345"}}), {128, 4}) == "body");
  CHECK(wrong_field(set, send({{"status", 1}})) == "status");
  CHECK(wrong_field(set, send({{"status", std::string(65, 'x')}})) == "status");
  CHECK(command_of<command::post_message>(set, send({{"status", std::string(64, 'x')}})).words.size() == 64);
  CHECK(wrong_field(set, send({{"id", 1}})) == "id");
  CHECK(wrong_field(set, send({{"id", "a\nb"}})) == "id");
}

TEST_CASE("chat: nobody sends, comes or goes as another") {
  for (const json& line : {send({{"sender_id", "8"}}), json{"user:connected", {{"user_id", "8"}}},
                           json{"user:disconnected", {{"user_id", 8}}}})
    CHECK(error_of(set, line).code == errc::forbidden);
}

TEST_CASE("chat: message:update finds the message by its id") {
  const auto edit =
      command_of<command::edit_message>(set, {"message:update", {{"id", "m1"}, {"body", "new"}, {"status", "edited"}}});
  CHECK(edit.in == conversation_id{});
  CHECK(edit.what == message_id{"m1"});
  CHECK(edit.content == R"("new")");
  CHECK(edit.words == "edited");
  CHECK(command_of<command::edit_message>(set, {"message:update", {{"id", "m1"}, {"body", "new"}}}).words == "");
}

TEST_CASE("chat: message:update needs an id and a body") {
  CHECK(wrong_field(set, {"message:update", {{"body", "new"}}}) == "id");
  CHECK(wrong_field(set, {"message:update", {{"id", 1}, {"body", "new"}}}) == "id");
  CHECK(wrong_field(set, {"message:update", {{"id", "m1"}}}) == "body");
  CHECK(wrong_field(set, {"message:update", {{"id", "m1"}, {"body", ""}}}) == "body");
  CHECK(wrong_field(set, {"message:update", {{"id", "m1"}, {"body", "x"}, {"status", 1}}}) == "status");
}

TEST_CASE("chat: message:delete needs an id") {
  const auto gone = command_of<command::delete_message>(set, {"message:delete", {{"id", "m1"}}});
  CHECK(gone.in == conversation_id{});
  CHECK(gone.what == message_id{"m1"});
  CHECK(wrong_field(set, {"message:delete"}) == "id");
  CHECK(wrong_field(set, {"message:delete", {{"id", ""}}}) == "id");
}

TEST_CASE("chat: user:connected and user:disconnected announce oneself") {
  for (const json& fields : {json{{"user_id", "7"}, {"username", "ana"}}, json{{"user_id", 7}}, json::object()}) {
    CHECK(command_of<command::announce_self>(set, {"user:connected", fields}).online);
    CHECK_FALSE(command_of<command::announce_self>(set, {"user:disconnected", fields}).online);
  }
  CHECK(command_of<command::announce_self>(set, {"user:connected", {{"username", "anabel"}}}).username == "anabel");
  CHECK(wrong_field(set, {"user:connected", {{"user_id", true}}}) == "user_id");
  CHECK(wrong_field(set, {"user:connected", {{"username", "a\nb"}}}) == "username");
}

TEST_CASE("chat: users:list asks for the list") {
  command_of<command::list_people>(set, {"users:list"});
  command_of<command::list_people>(set, {"users:list", json::object()});
}

// -- what a client hears, in the order of the document
// ------------------------------------------------------------

TEST_CASE("chat: message:send is what was sent, for all and for the ack") {
  const std::string line =
      R"(message:send {"id":"m1","chat_id":"c","sender_id":7,"body":"Hello \"World\"!","status":"sent",)"
      R"("created_at":"2026-01-01T08:00:00.000Z"})";
  CHECK(said(set, event::message_received{hello()}) == line);
  CHECK(said(set, event::message_accepted{hello()}) == line);
}

TEST_CASE("chat: a message's status is in the sender's words, else in the model's") {
  auto with_words = hello();
  with_words.words = "enviado";
  CHECK(only(set, event::message_received{with_words})[1]["status"] == "enviado");
  CHECK(only(set, event::message_accepted{with_words})[1]["status"] == "enviado");
  auto changed = hello();
  changed.edited_at = noon;
  CHECK(only(set, event::message_accepted{changed})[1]["status"] == "updated");
  auto read = hello();
  read.status = message_status::read;
  CHECK(only(set, event::message_received{read})[1]["status"] == "read");
}

TEST_CASE("chat: content that is no text stands there as JSON text, and what was deleted is empty") {
  auto picture = hello();
  picture.content = R"({"url":"x"})";
  CHECK(only(set, event::message_received{picture})[1]["body"] == R"({"url":"x"})");
  picture.content = "{\"bytes\":\t\"BAH/\"}";
  CHECK(only(set, event::message_received{picture})[1]["body"] == R"({"bytes":"BAH/"})");
  picture.content = "null";
  picture.deleted = true;
  CHECK(only(set, event::message_received{picture})[1]["body"] == "");
}

TEST_CASE("chat: content that is binary stays binary") {
  auto picture = hello();
  picture.content = "\t\"BAH/\"";
  CHECK(said(set, event::message_received{picture}).find("\"body\":\t\"BAH/\",") != std::string::npos);
  CHECK(said(set, event::message_edited{picture}).find("\"body\":\t\"BAH/\",") != std::string::npos);
}

TEST_CASE("chat: message:update says when") {
  auto edited = hello();
  edited.edited_at = morning;
  edited.words = "corregido";
  CHECK(said(set, event::message_edited{edited}) ==
        R"(message:update {"id":"m1","body":"Hello \"World\"!","status":"corregido",)"
        R"("updated_at":"2026-01-01T08:00:00.000Z"})");
  edited.edited_at.reset();
  edited.words.clear();
  const auto line = only(set, event::message_edited{edited});
  CHECK(line[1]["status"] == "updated");
  CHECK(line[1]["updated_at"] == "2026-01-01T12:00:00.000Z");
}

TEST_CASE("chat: message:delete names the message") {
  CHECK(said(set, event::message_deleted{conversation_id{"c"}, message_id{"m1"}, 3}) ==
        R"(message:delete {"id":"m1"})");
}

TEST_CASE("chat: users:list lists") {
  CHECK(said(set, event::people_listed{{ana(), ben()}}) ==
        R"(users:list {"users":[{"user_id":7,"username":"ana"},{"user_id":"ben","username":"ben"}]})");
  CHECK(said(set, event::people_listed{}) == R"(users:list {"users":[]})");
  auto gone = ana();
  gone.away = true;
  CHECK(said(set, event::people_listed{{gone, ben()}}) ==
        R"(users:list {"users":[{"user_id":"ben","username":"ben"}]})");
}

TEST_CASE("chat: who comes is told by two events, who goes by one") {
  CHECK(said(set, event::user_came_online{ana(), 1}) ==
        "users:online {\"user_id\":7,\"username\":\"ana\"}\nuser:connected {\"user_id\":7,\"username\":\"ana\"}");
  CHECK(said(set, event::user_went_offline{ana(), 0}) == R"(user:disconnected {"user_id":7})");
}

TEST_CASE("chat: who announces it comes and goes like who connects and leaves, and leaves once") {
  CHECK(said(set, event::self_announced{ana(), true}) == said(set, event::user_came_online{ana(), 1}));
  CHECK(said(set, event::self_announced{ana(), false}) == R"(user:disconnected {"user_id":7})");
  auto gone = ana();
  gone.away = true;
  CHECK(said(set, event::user_went_offline{gone, 0}) == "");
  CHECK(said({dialect_id::hub}, event::user_went_offline{gone, 0}) != "");
  CHECK(ack_ok(dialect_id::chat, {noon, event::self_announced{ana(), true}}).args ==
        R"({"ok":true,"user_id":7,"username":"ana"})");
}

TEST_CASE("chat: notification and error") {
  CHECK(said(set, event::notified{ana(), "hi", "info"}) ==
        R"(notification {"message":"hi","type":"info","timestamp":"2026-01-01T12:00:00.000Z"})");
  CHECK(said(set, event::command_failed{error{errc::not_found}}) ==
        R"(error {"status":"error","code":"not_found","message":"Not found","statusCode":404,)"
        R"("timestamp":"2026-01-01T12:00:00.000Z"})");
}

TEST_CASE("chat: what was wrong has chat's own name") {
  const std::map<std::string, std::string> names{
      {"messageId", "id"}, {"conversationId", "chat_id"}, {"content", "body"}, {"status", "status"}};
  for (const auto& name : names) {
    const error why{errc::not_found, {}, name.first};
    CHECK(only(set, event::command_failed{why})[1]["data"]["field"] == name.second);
    CHECK(parsed(ack_failed(dialect_id::chat, why).args)["data"]["field"] == name.second);
  }
}

TEST_CASE("chat: there is no word for what only others say") {
  CHECK(said(set, event::session_opened{ana(), {}}) == "");
  CHECK(said(set, event::room_joined{room_name{"x"}}) == "");
  CHECK(said(set, event::typing_changed{conversation_id{"c"}, ana(), nullptr, true}) == "");
}
