// Binary values on their way through the vocabularies: taken where a payload may be anything, refused where it is text,
// and the same bytes again in every framing.
#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;
using namespace std::string_literals;

namespace {

constexpr dialect_set groups_only{dialect_id::groups};
constexpr dialect_set messenger_only{dialect_id::messenger};
const json bytes = json::binary({4, 1, 0xff});
const auto marked = "\t\"BAH/\""s;

const namespace_table& table() {
  static const auto parsed = *namespace_table::parse("/=groups;/messages=messenger;/chat=chat");
  return parsed;
}

std::string frame_of(std::string_view nsp, framing how, dialect_set hears, any_event what) {
  return encode(table(), {*table().find(nsp), how, hears}, {noon, std::move(what)})->bytes();
}

/// What is heard of an activity that a client sent with these data.
std::string activity(framing how, const json& data) {
  const json line{"group-activity", {{"groupId", 1}, {"type", "t"}, {"data", data}}};
  return frame_of("/", how, groups_only,
                  event::group_acted{ben(), command_of<command::act_in_group>(groups_only, line)});
}

/// The packet of an activity, but for its data.
const auto before_data = R"(["group-activity",{"userId":"ben","username":"ben","type":"t","data":)"s;
const auto behind_data = R"(,"timestamp":"2026-01-01T12:00:00.000Z","groupId":1}])"s;
const auto placeholder = R"({"_placeholder":true,"num":0})"s;

std::string text_frame(const std::string& text) {
  REQUIRE(text.size() > 125);
  return "\x81\x7e"s + static_cast<char>(text.size() >> 8U) + static_cast<char>(text.size() & 255U) + text;
}

message with_content(std::string content) {
  message what;
  what.id = message_id{"m"};
  what.conversation = conversation_id{"c"};
  what.sender = {user_id{"7"}, "7"};
  what.content = std::move(content);
  what.at = morning;
  return what;
}

}  // namespace

// -- what a client sends
// ------------------------------------------------------------------------------------------

TEST_CASE("binary: activities, messages, calls and screens take it anywhere in what is theirs") {
  const auto fields = [](const char* name, const json& value) {
    return json{{"conversationId", "c"}, {"messageId", "m"}, {"callId", "k"}, {"to", "ben"}, {name, value}};
  };
  for (const auto& [value, text] : {std::pair{bytes, marked}, {json{{"a", {bytes}}}, "{\"a\":[" + marked + "]}"}}) {
    const json activity{"group-activity", {{"groupId", 1}, {"type", "t"}, {"data", value}}};
    CHECK(command_of<command::act_in_group>(groups_only, activity).data == text);
    const json post{"message:send", fields("content", value)};
    CHECK(command_of<command::post_message>(messenger_only, post).content == text);
    const json edit{"message:edit", fields("content", value)};
    CHECK(command_of<command::edit_message>(messenger_only, edit).content == text);
    for (const auto* name : {"call:offer", "call:answer", "call:candidate", "call:hangup"})
      CHECK(command_of<command::relay_call>(messenger_only, {name, fields("payload", value)}).payload == text);
    for (const auto* name : {"screen:start", "screen:stop"})
      CHECK(command_of<command::share_screen>(messenger_only, {name, fields("payload", value)}).payload == text);
  }
}

TEST_CASE("binary: names, ids and texts are none") {
  CHECK(wrong_field(groups_only, {"join-group", {{"groupId", bytes}}}) == "groupId");
  CHECK(wrong_field(groups_only, {"group-activity", {{"groupId", 1}, {"type", bytes}}}) == "type");
  CHECK(wrong_field(messenger_only, {"conversation:join", {{"conversationId", bytes}}}) == "conversationId");
  CHECK(wrong_field({dialect_id::chat}, {"message:send", {{"chat_id", "c"}, {"body", bytes}}}) == "body");
  CHECK(wrong_field({dialect_id::chat}, {"message:update", {{"id", "m"}, {"body", bytes}}}) == "body");
  CHECK(wrong_field({dialect_id::hub}, {"send_message", {{"message", bytes}}}) == "message");
  CHECK(wrong_field({dialect_id::rooms}, {"room-message", {{"room", "r"}, {"message", bytes}}}) == "message");
  CHECK(wrong_field(messenger_only, {"presence:query", {{"userIds", {bytes}}}}) == "userIds");
  const auto whole = error_of(messenger_only, {"message:send", bytes});
  CHECK(whole.text == "payload must be an object");
}

// -- what a client hears
// ------------------------------------------------------------------------------------------

TEST_CASE("binary: an activity over WebSocket is a packet and, right behind it, its attachment") {
  CHECK(activity(framing::websocket, bytes) ==
        text_frame("451-" + before_data + placeholder + behind_data) + "\x82\x03\x04\x01\xff");
}

TEST_CASE("binary: an activity to a 2.x client has the message type before its attachment") {
  CHECK(activity(framing::websocket_v3, bytes) ==
        text_frame("451-" + before_data + placeholder + behind_data) + "\x82\x04\x04\x04\x01\xff");
}

TEST_CASE("binary: an activity over polling is two packets") {
  CHECK(activity(framing::polling, bytes) == "451-" + before_data + placeholder + behind_data + "\x1e" + "bBAH/");
  const auto text = "451-" + before_data + placeholder + behind_data;
  CHECK(activity(framing::polling_v3, bytes) == std::to_string(text.size()) + ":" + text + "6:b4BAH/");
}

TEST_CASE("binary: an activity over a deflated WebSocket keeps its attachment behind it") {
  const auto deflated = activity(framing::websocket_deflated, json{bytes, std::string(1000, 'x')});
  CHECK(static_cast<unsigned char>(deflated[0]) == 0xc1);
  CHECK(deflated.ends_with("\x82\x03\x04\x01\xff"));
}

TEST_CASE("binary: a plain frame has base64 text, as if a text had been sent") {
  const auto frame = activity(framing::plain, bytes);
  CHECK(frame == activity(framing::plain, "BAH/"));
  CHECK(frame.find(R"("data":"BAH/",)") != std::string::npos);
}

TEST_CASE("binary: base64 that a client wrote as text is text") {
  CHECK(activity(framing::polling, "BAH/") == "42" + before_data + R"("BAH/")" + behind_data);
  CHECK(activity(framing::polling, "\t\"BAH/\"") == "42" + before_data + R"("\t\"BAH/\"")" + behind_data);
}

TEST_CASE("binary: what looks like a placeholder in a packet without binary is data") {
  const json data{{"_placeholder", true}, {"num", 7}};
  CHECK(activity(framing::polling, data) == "42" + before_data + R"({"_placeholder":true,"num":7})" + behind_data);
}

TEST_CASE("binary: messages, calls and screens have it in all their events") {
  const auto ends_with_bytes = [](any_event what) {
    const auto frame = frame_of("/messages", framing::polling, messenger_only, std::move(what));
    return frame.starts_with("451-/messages,") && frame.ends_with("\x1e" + "bBAH/"s);
  };
  const conversation_id talk{"c"};
  const person ann{user_id{"7"}, "7"};
  CHECK(ends_with_bytes(event::message_received{with_content(marked)}));
  CHECK(ends_with_bytes(event::message_edited{with_content("[" + marked + "]")}));
  CHECK(ends_with_bytes(event::call_relayed{talk, command::call_step::offer, "k", ann, marked}));
  CHECK(ends_with_bytes(event::screen_shared{talk, "k", ann, true, "{\"a\":" + marked + "}"}));
}

TEST_CASE("binary: a page of old messages is an ack with the attachments of all of them") {
  const event::history_listed page{conversation_id{"c"}, {{with_content(marked), with_content("\t\"AQ==\"")}, false}};
  const auto values = ack_ok(dialect_id::messenger, {noon, page});
  const audience to{*table().find("/messages"), framing::polling, messenger_only};
  const auto frame = encode_ack(table(), to, 5, values)->bytes();
  CHECK(frame.starts_with("462-/messages,5["));
  CHECK(frame.find(R"("content":{"_placeholder":true,"num":0})") <
        frame.find(R"("content":{"_placeholder":true,"num":1})"));
  CHECK(frame.ends_with("\x1e" + "bBAH/"s + "\x1e" + "bAQ=="));
  CHECK(encode_plain_ack(framing::plain, "1", values)->bytes().find(R"("content":"BAH/")") != std::string::npos);
}
