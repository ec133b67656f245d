// What a client sends in the words of `messenger`; what it hears is in messenger_test.cpp.
#include <doctest/doctest.h>

#include "protocol/dialects/messenger.hpp"
#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::messenger};

const conversation_id talk{"c"};
const message_id first{"m1"};
const person ana_id{user_id{"7"}, "7"};
const person ben_id{user_id{"ben"}, R"("ben")"};

/// A command with the fields that all of its kind need.
json line_of(const char* name, const json& fields = json::object()) {
  json payload{{"conversationId", "c"}};
  payload.update(fields);
  return {name, payload};
}

json send(const json& fields) {
  auto line = line_of("message:send", {{"content", "hi"}});
  line[1].update(fields);
  return line;
}

}  // namespace

// -- what a client sends: conversations and typing
// ----------------------------------------------------------------

TEST_CASE("messenger: a conversation is named by a string or an integer") {
  CHECK(command_of<command::join_conversation>(set, line_of("conversation:join")).in == talk);
  CHECK(command_of<command::leave_conversation>(set, line_of("conversation:leave")).in == talk);
  CHECK(command_of<command::join_conversation>(set, {"conversation:join", {{"conversationId", 5}}}).in ==
        conversation_id{"5"});
}

TEST_CASE("messenger: every command that is about a conversation needs its name") {
  for (const auto* name :
       {"conversation:join", "conversation:leave", "conversation:sync", "typing:start", "typing:stop", "message:send",
        "message:delivered", "message:read", "message:edit", "message:delete", "message:react", "messages:history",
        "call:offer", "call:answer", "call:candidate", "call:hangup", "screen:start", "screen:stop", "file:progress"}) {
    CHECK(wrong_field(set, {name}) == "conversationId");
    CHECK(wrong_field(set, {name, "c"}) == "conversationId");
    for (const json& id : {json(nullptr), json(""), json(1.5), json(true), json("\x01"), json(std::string(129, 'x'))})
      CHECK(wrong_field(set, {name, {{"conversationId", id}}}) == "conversationId");
  }
}

TEST_CASE("messenger: typing starts and stops, whatever isTyping says") {
  const auto start =
      command_of<command::set_typing>(set, line_of("typing:start", {{"userId", 7}, {"isTyping", false}}));
  CHECK(start.in == talk);
  CHECK(start.on);
  CHECK_FALSE(command_of<command::set_typing>(set, line_of("typing:stop", {{"isTyping", 1}})).on);
  CHECK(error_of(set, line_of("typing:start", {{"userId", "ben"}})).code == errc::forbidden);
}

// -- what a client sends: messages
// --------------------------------------------------------------------------------

TEST_CASE("messenger: message:send posts content of any kind") {
  const auto bare = command_of<command::post_message>(set, send(json::object()));
  CHECK(bare.in == talk);
  CHECK(bare.type == message_type::text);
  CHECK(bare.content == R"("hi")");
  CHECK(bare.client_id == "");
  CHECK(bare.reply_to == message_id{});
  CHECK(bare.id == message_id{});
  const auto full = command_of<command::post_message>(
      set, send({{"type", "image"}, {"content", {{"url", "x"}}}, {"clientId", "k1"}, {"replyTo", "m0"}}));
  CHECK(full.type == message_type::image);
  CHECK(full.content == R"({"url":"x"})");
  CHECK(full.client_id == "k1");
  CHECK(full.reply_to == message_id{"m0"});
  for (const json& content : {json(0), json(false), json::array(), json::binary({1}), json::array({json::binary({})})})
    CHECK(command_of<command::post_message>(set, send({{"content", content}})).content == json_text::dump(content));
}

TEST_CASE("messenger: content is neither null nor empty text nor too long") {
  CHECK(wrong_field(set, send({{"content", nullptr}})) == "content");
  CHECK(wrong_field(set, send({{"content", ""}})) == "content");
  CHECK(wrong_field(set, send({{"content", "12345"}}), {128, 4}) == "content");
  CHECK(wrong_field(set, send({{"content", {1, 2}}}), {128, 4}) == "content");
  CHECK(std::holds_alternative<any_command>(decode_line(set, send({{"content", "1234"}}), ana(), {128, 4}).body));
  CHECK(std::holds_alternative<any_command>(decode_line(set, send({{"content", {1, 2}}}), ana(), {128, 5}).body));
}

TEST_CASE("messenger: of binary content the bytes count, not their base64") {
  const auto six = json::array({json::binary({1, 2, 3, 4, 5, 6})});
  const auto taken = [](const json& content, std::size_t limit) {
    return std::holds_alternative<any_command>(
        decode_line(set, send({{"content", content}}), ana(), {128, limit}).body);
  };
  CHECK(taken(six[0], 6));
  CHECK_FALSE(taken(six[0], 5));
  CHECK(taken(six, 8));  // and the brackets
  CHECK_FALSE(taken(six, 7));
}

TEST_CASE("messenger: message:send's type, clientId and replyTo must be right where they are there") {
  for (const json& type : {json("poem"), json(""), json(1)}) CHECK(wrong_field(set, send({{"type", type}})) == "type");
  for (const json& id : {json(1), json("a\nb"), json(std::string(129, 'x'))}) {
    CHECK(wrong_field(set, send({{"clientId", id}})) == "clientId");
    CHECK(wrong_field(set, send({{"replyTo", id}})) == "replyTo");
  }
  for (const auto name : message_type_names) {
    const auto post = command_of<command::post_message>(set, send({{"type", name}}));
    CHECK(to_string(post.type) == name);
  }
}

TEST_CASE("messenger: receipts name a message") {
  const json fields{{"messageId", "m1"}};
  const auto delivered = command_of<command::acknowledge_message>(set, line_of("message:delivered", fields));
  CHECK(delivered.in == talk);
  CHECK(delivered.what == first);
  CHECK(delivered.status == message_status::delivered);
  const auto read = command_of<command::acknowledge_message>(set, line_of("message:read", fields));
  CHECK(read.status == message_status::read);
}

TEST_CASE("messenger: every command about a message needs its id") {
  for (const auto* name : {"message:delivered", "message:read", "message:edit", "message:delete", "message:react"})
    for (const json& id : {json(nullptr), json(1), json(""), json("a\nb"), json(std::string(129, 'x'))})
      CHECK(wrong_field(set, line_of(name, {{"messageId", id}, {"content", "x"}, {"emoji", "x"}})) == "messageId");
}

TEST_CASE("messenger: message:edit replaces the content") {
  const auto edit =
      command_of<command::edit_message>(set, line_of("message:edit", {{"messageId", "m1"}, {"content", "new"}}));
  CHECK(edit.in == talk);
  CHECK(edit.what == first);
  CHECK(edit.content == R"("new")");
  CHECK(wrong_field(set, line_of("message:edit", {{"messageId", "m1"}})) == "content");
  CHECK(wrong_field(set, line_of("message:edit", {{"messageId", "m1"}, {"content", ""}})) == "content");
}

TEST_CASE("messenger: message:delete") {
  const auto gone = command_of<command::delete_message>(set, line_of("message:delete", {{"messageId", "m1"}}));
  CHECK(gone.in == talk);
  CHECK(gone.what == first);
}

TEST_CASE("messenger: message:react adds an emoji or takes it back") {
  const auto react = [](json fields) {
    fields["messageId"] = "m1";
    return line_of("message:react", fields);
  };
  const auto added = command_of<command::react_to_message>(set, react({{"emoji", "👍"}}));
  CHECK(added.in == talk);
  CHECK(added.what == first);
  CHECK(added.emoji == "👍");
  CHECK_FALSE(added.remove);
  CHECK(command_of<command::react_to_message>(set, react({{"emoji", "👍"}, {"remove", true}})).remove);
  for (const json& emoji : {json(nullptr), json(""), json(1), json(std::string(65, 'x')), json("a\nb"), json("\x7f")})
    CHECK(wrong_field(set, react({{"emoji", emoji}})) == "emoji");
  CHECK(command_of<command::react_to_message>(set, react({{"emoji", "👩‍💻"}})).emoji == "👩‍💻");
  CHECK(wrong_field(set, react({{"emoji", "x"}, {"remove", "yes"}})) == "remove");
}

// -- what a client sends: history and presence
// --------------------------------------------------------------------

TEST_CASE("messenger: messages:history goes back from the end, 50 at a time") {
  const auto list = command_of<command::list_history>(set, line_of("messages:history"));
  CHECK(list.in == talk);
  CHECK_FALSE(list.before);
  CHECK_FALSE(list.after);
  CHECK(list.limit == 50);
}

TEST_CASE("messenger: messages:history goes either way, with a limit") {
  const auto back =
      command_of<command::list_history>(set, line_of("messages:history", {{"beforeSeq", 9}, {"limit", 200}}));
  CHECK(back.before == 9);
  CHECK_FALSE(back.after);
  CHECK(back.limit == 200);
  const auto forth = command_of<command::list_history>(set, line_of("messages:history", {{"afterSeq", 0}}));
  CHECK(forth.after == 0);
  CHECK_FALSE(forth.before);
}

TEST_CASE("messenger: messages:history is refused with both ends, or what is no such number") {
  const auto wrong = [](const json& fields) { return wrong_field(set, line_of("messages:history", fields)); };
  CHECK(wrong({{"beforeSeq", 9}, {"afterSeq", 1}}) == "afterSeq");
  for (const json& number : {json(-1), json("9"), json(1.5), json(std::uint64_t{1} << 60U)}) {
    CHECK(wrong({{"beforeSeq", number}}) == "beforeSeq");
    CHECK(wrong({{"afterSeq", number}}) == "afterSeq");
    CHECK(wrong({{"limit", number}}) == "limit");
  }
  CHECK(wrong({{"limit", 0}}) == "limit");
  CHECK(wrong({{"limit", 201}}) == "limit");
}

TEST_CASE("messenger: conversation:sync needs to know after what") {
  const auto replay = command_of<command::replay_history>(set, line_of("conversation:sync", {{"afterSeq", 7}}));
  CHECK(replay.in == talk);
  CHECK(replay.after == 7);
  CHECK_FALSE(replay.after_rev);
  const json both{{"afterSeq", 7}, {"afterRev", 9}, {"heard", {1, 2}}};
  const auto changes = command_of<command::replay_history>(set, line_of("conversation:sync", both));
  CHECK(changes.after_rev == 9);
  CHECK(changes.heard.empty());
  CHECK(wrong_field(set, line_of("conversation:sync", {{"afterSeq", 7}, {"afterRev", "x"}})) == "afterRev");
  CHECK(wrong_field(set, line_of("conversation:sync")) == "afterSeq");
  CHECK(wrong_field(set, line_of("conversation:sync", {{"afterSeq", -1}})) == "afterSeq");
}

TEST_CASE("messenger: presence:query names users as they are written") {
  const auto query = command_of<command::query_presence>(set, {"presence:query", {{"userIds", {7, "ben"}}}});
  CHECK(query.users == std::vector<person>{ana_id, ben_id});
}

TEST_CASE("messenger: presence:subscribe names users, or none") {
  const auto some = command_of<command::watch_presence>(set, {"presence:subscribe", {{"userIds", {7, "ben"}}}});
  CHECK(some.users == std::vector<user_id>{user("7"), user("ben")});
  CHECK(command_of<command::watch_presence>(set, {"presence:subscribe", {{"userIds", json::array()}}}).users.empty());
}

TEST_CASE("messenger: lists of users have ids alone, and up to 1000") {
  for (const auto* name : {"presence:query", "presence:subscribe"}) {
    for (const json& ids : {json(nullptr), json("ben"), json(7), json::object(), json::array({true}),
                            json::array({"ben", ""}), json(std::vector<int>(1001, 1))})
      CHECK(wrong_field(set, {name, {{"userIds", ids}}}) == "userIds");
    CHECK(std::holds_alternative<any_command>(
        decode_line(set, {name, {{"userIds", json(std::vector<int>(1000, 1))}}}).body));
  }
  CHECK(wrong_field(set, {"presence:query", {{"userIds", json::array()}}}) == "userIds");
}

// -- what a client sends: calls, screens, files
// -------------------------------------------------------------------

TEST_CASE("messenger: the steps of a call are relayed with any payload") {
  const auto step = [](const char* name) {
    const json fields{{"callId", "k"}, {"to", "ben"}, {"payload", {{"sdp", "x"}}}};
    const auto call = command_of<command::relay_call>(set, line_of(name, fields));
    CHECK(call.in == talk);
    CHECK(call.call == "k");
    CHECK(call.to == user("ben"));
    CHECK(call.payload == R"({"sdp":"x"})");
    return call.step;
  };
  CHECK(step("call:offer") == command::call_step::offer);
  CHECK(step("call:answer") == command::call_step::answer);
  CHECK(step("call:candidate") == command::call_step::candidate);
  CHECK(step("call:hangup") == command::call_step::hangup);
  CHECK(command_of<command::relay_call>(set, line_of("call:hangup", {{"callId", "k"}, {"to", 7}})).payload == "null");
}

TEST_CASE("messenger: a call has an id and someone who is called") {
  for (const auto* name : {"call:offer", "call:answer", "call:candidate", "call:hangup"}) {
    CHECK(wrong_field(set, line_of(name, {{"to", "ben"}})) == "callId");
    CHECK(wrong_field(set, line_of(name, {{"callId", ""}, {"to", "ben"}})) == "callId");
    CHECK(wrong_field(set, line_of(name, {{"callId", "k"}})) == "to");
    CHECK(wrong_field(set, line_of(name, {{"callId", "k"}, {"to", true}})) == "to");
  }
}

TEST_CASE("messenger: a screen is shared within a call or without one") {
  const auto start = command_of<command::share_screen>(set, line_of("screen:start", {{"callId", "k"}}));
  CHECK(start.in == talk);
  CHECK(start.call == "k");
  CHECK(start.on);
  const auto stop = command_of<command::share_screen>(set, line_of("screen:stop"));
  CHECK(stop.call == "");
  CHECK_FALSE(stop.on);
  CHECK(wrong_field(set, line_of("screen:start", {{"callId", 1}})) == "callId");
}

TEST_CASE("messenger: file:progress tells how far a file has got") {
  const json fields{{"fileId", "f"}, {"name", "a.png"}, {"size", 100}, {"sent", 40}};
  const auto report = command_of<command::report_file>(set, line_of("file:progress", fields));
  CHECK(report.in == talk);
  CHECK(report.file == R"("f")");
  CHECK(report.name == "a.png");
  CHECK(report.size == 100);
  CHECK(report.sent == 40);
  const auto whole = command_of<command::report_file>(
      set, line_of("file:progress", {{"fileId", 5}, {"name", "a"}, {"size", 1}, {"sent", 1}}));
  CHECK(whole.file == "5");
}

TEST_CASE("messenger: file:progress is refused by the field that is wrong") {
  const json good{{"fileId", "f"}, {"name", "a.png"}, {"size", 100}, {"sent", 40}};
  for (const auto* field : {"fileId", "name", "size", "sent"}) {
    auto fields = good;
    fields.erase(field);
    CHECK(wrong_field(set, line_of("file:progress", fields)) == field);
  }
  for (const auto* field : {"fileId", "name", "size", "sent"}) {
    auto fields = good;
    fields[field] = json::array();
    CHECK(wrong_field(set, line_of("file:progress", fields)) == field);
  }
  auto beyond = good;
  beyond["sent"] = 101;
  CHECK(wrong_field(set, line_of("file:progress", beyond)) == "sent");
}

TEST_CASE("messenger: whichever field names the sender, it names the client itself") {
  for (const auto* field : {"senderId", "userId", "sender_id", "user_id"}) {
    const json fields{{"content", "hi"}, {field, "somebody-else"}};
    const auto why = error_of(set, line_of("message:send", fields));
    CHECK(why.code == errc::forbidden);
    CHECK(why.field == field);
  }
  command_of<command::post_message>(set, line_of("message:send", {{"content", "hi"}, {"senderId", 7}}));
}

TEST_CASE("messenger: a screen that is shared with null is shared with nobody") {
  CHECK(wrong_field(set, line_of("screen:start", {{"to", nullptr}})) == "to");
}
