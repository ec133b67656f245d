#include "protocol/dialects/messenger.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::messenger};

const conversation_id talk{"c"};
const message_id first{"m1"};
const person ana_id{user_id{"7"}, "7"};
const person ben_id{user_id{"ben"}, R"("ben")"};

message hello() {
  message what;
  what.id = first;
  what.conversation = talk;
  what.seq = 3;
  what.sender = ana_id;
  what.content = R"({"text":"hi"})";
  what.at = morning;
  return what;
}

profile_ptr profile(user_record record) { return std::make_shared<const user_record>(std::move(record)); }

constexpr auto plain_fields =
    R"("messageId":"m1","conversationId":"c","senderId":7,"type":"text","content":{"text":"hi"},)"
    R"("status":"sent","timestamp":"2026-01-01T08:00:00.000Z","seq":3)";

}  // namespace

// -- what a client hears: conversations and typing
// ----------------------------------------------------------------

TEST_CASE("messenger: conversation:joined and conversation:left confirm") {
  CHECK(said(set, event::conversation_joined{talk}) == R"(conversation:joined {"conversationId":"c","success":true})");
  CHECK(said(set, event::conversation_left{talk}) == R"(conversation:left {"conversationId":"c","success":true})");
}

TEST_CASE("messenger: typing:start tells who types, by the profile where there is one") {
  CHECK(said(set, event::typing_changed{talk, ana(), nullptr, true}) ==
        R"(typing:start {"conversationId":"c","userId":7,"isTyping":true,"user":{"id":7,"name":"ana"}})");
  const auto known = profile({ana_id, "ana", "Ana María", "a.png"});
  CHECK(said(set, event::typing_changed{talk, ana(), known, true}) ==
        R"(typing:start {"conversationId":"c","userId":7,"isTyping":true,)"
        R"("user":{"id":7,"name":"Ana María","avatar":"a.png"}})");
  CHECK(said(set, event::typing_changed{talk, ana(), known, false}) ==
        R"(typing:stop {"conversationId":"c","userId":7,"isTyping":false})");
}

TEST_CASE("messenger: unread counts, of one conversation and of all") {
  CHECK(said(set, event::unread_changed{talk, 2, 5}) ==
        R"(conversation:unread {"conversationId":"c","unread":2,"lastReadSeq":5})");
  const conversation_summary item{talk, conversation_type::direct, 7, 5, 2};
  CHECK(said(set, event::unread_listed{{item}}) ==
        R"(conversations:unread {"items":[{"conversationId":"c","unread":2,"lastSeq":7,"lastReadSeq":5}]})");
  CHECK(said(set, event::unread_listed{}) == R"(conversations:unread {"items":[]})");
  CHECK(said(set, event::conversations_listed{{item, item}}) ==
        R"(conversations {"items":[{"conversationId":"c","type":"direct","unread":2,"lastSeq":7,"lastReadSeq":5},)"
        R"({"conversationId":"c","type":"direct","unread":2,"lastSeq":7,"lastReadSeq":5}]})");
}

TEST_CASE("messenger: a conversation is described with its members") {
  const conversation what{talk, conversation_type::group, 9, {{ana_id, 9, 8}, {ben_id, 7, 0}}, morning, 12};
  CHECK(said(set, event::conversation_described{what}) ==
        R"(conversation {"id":"c","type":"group","lastSeq":9,"members":[)"
        R"({"userId":7,"deliveredSeq":9,"readSeq":8},{"userId":"ben","deliveredSeq":7,"readSeq":0}],)"
        R"("createdAt":"2026-01-01T08:00:00.000Z","rev":12})");
}

// -- what a client hears: messages
// --------------------------------------------------------------------------------

TEST_CASE("messenger: message:sent confirms, with the sender's own id or null") {
  auto what = hello();
  CHECK(said(set, event::message_accepted{what}) ==
        R"(message:sent {"messageId":"m1","clientId":null,"seq":3,"status":"sent",)"
        R"("timestamp":"2026-01-01T08:00:00.000Z"})");
  what.client_id = "k1";
  CHECK(ack_ok(dialect_id::messenger, {noon, event::message_accepted{what}}).args ==
        R"({"ok":true,"messageId":"m1","clientId":"k1","seq":3,"status":"sent",)"
        R"("timestamp":"2026-01-01T08:00:00.000Z"})");
}

TEST_CASE("messenger: message:received has what there is") {
  CHECK(said(set, event::message_received{hello()}) == std::string{"message:received {"} + plain_fields + "}");
}

TEST_CASE("messenger: message:received has all that can be") {
  auto what = hello();
  what.client_id = "k1";
  what.reply_to = message_id{"m0"};
  what.edited_at = noon;
  what.deleted = true;
  what.reactions = {{"👍", 2}, {"x", 1}};
  CHECK(said(set, event::message_received{what, profile({ben_id, "ana", "Ana", "a.png", "+34 1"})}) ==
        std::string{"message:received {"} + plain_fields +
            R"(,"clientId":"k1","replyTo":"m0","editedAt":"2026-01-01T12:00:00.000Z","deleted":true,)"
            R"("reactions":{"x":1,"👍":2},"sender":{"id":7,"name":"Ana","phoneNumber":"+34 1","avatar":"a.png"}})");
}

TEST_CASE("messenger: a sender without a name of their own has their username") {
  CHECK(only(set, event::message_received{hello(), profile({ana_id, "ana"})})[1]["sender"] ==
        json{{"id", 7}, {"name", "ana"}, {"phoneNumber", ""}});
}

TEST_CASE("messenger: message:status says whose receipt raised it") {
  const std::string line = R"(message:status {"messageId":"m1","conversationId":"c","status":"read",)"
                           R"("updatedAt":"2026-01-01T12:00:00.000Z","userId":"ben"})";
  CHECK(said(set, event::message_status_changed{talk, first, message_status::read, ben_id}) == line);
  CHECK(said(set, event::receipt_taken{talk, first, message_status::read, ben_id}) == line);
}

TEST_CASE("messenger: message:edited has the new content") {
  auto what = hello();
  what.edited_at = morning;
  CHECK(said(set, event::message_edited{what}) ==
        R"(message:edited {"messageId":"m1","conversationId":"c","content":{"text":"hi"},)"
        R"("editedAt":"2026-01-01T08:00:00.000Z","seq":3})");
}

TEST_CASE("messenger: message:deleted and message:reaction") {
  CHECK(said(set, event::message_deleted{talk, first, 3}) ==
        R"(message:deleted {"messageId":"m1","conversationId":"c","seq":3})");
  CHECK(said(set, event::message_reacted{talk, first, ana_id, "👍", false, {{"👍", 2}}}) ==
        R"(message:reaction {"messageId":"m1","conversationId":"c","userId":7,"emoji":"👍","removed":false,)"
        R"("counts":{"👍":2}})");
  CHECK(only(set, event::message_reacted{talk, first, ana_id, "👍", true, {}})[1]["counts"] == json::object());
}

TEST_CASE("messenger: what changes a conversation tells its revision") {
  auto what = hello();
  what.rev = 5;
  const auto rev_of = [](any_event body) { return only(set, std::move(body))[1]["rev"]; };
  CHECK(rev_of(event::message_received{what}) == 5);
  CHECK(rev_of(event::message_accepted{what}) == 5);
  CHECK(rev_of(event::message_edited{what}) == 5);
  CHECK(rev_of(event::message_deleted{talk, first, 3, 6}) == 6);
  CHECK(rev_of(event::message_reacted{talk, first, ana_id, "x", false, {}, 7}) == 7);
  CHECK(only(set, event::history_listed{talk, {{what}, false, 9}})[1]["messages"][0]["rev"] == 5);
}

TEST_CASE("messenger: a page of history has its messages in order") {
  auto edited = hello();
  edited.edited_at = noon;
  CHECK(said(set, event::history_listed{talk, {{hello(), edited}, true, 8}}) ==
        std::string{R"(messages:history {"conversationId":"c","messages":[{)"} + plain_fields + "},{" + plain_fields +
            R"(,"editedAt":"2026-01-01T12:00:00.000Z"}],"hasMore":true,"rev":8})");
  CHECK(said(set, event::history_listed{talk, {}}) ==
        R"(messages:history {"conversationId":"c","messages":[],"hasMore":false,"rev":0})");
}

TEST_CASE("messenger: a replay says when it has come to its end") {
  CHECK(said(set, event::history_replayed{talk, 2, 9}) ==
        R"(conversation:synced {"conversationId":"c","count":2,"lastSeq":9,"hasMore":false,"rev":0})");
  CHECK(said(set, event::history_replayed{talk, 2, 9, true, 17}) ==
        R"(conversation:synced {"conversationId":"c","count":2,"lastSeq":9,"hasMore":true,"rev":17})");
}

// -- what a client hears: presence
// --------------------------------------------------------------------------------

TEST_CASE("messenger: presence:state tells since when one is gone, null where one never was here") {
  CHECK(said(set, event::presence_listed{{{ana_id, true, morning}, {ben_id, false, {}}}}) ==
        R"(presence:state {"users":[{"userId":7,"online":true,"lastSeen":"2026-01-01T08:00:00.000Z"},)"
        R"({"userId":"ben","online":false,"lastSeen":null}]})");
  CHECK(said(set, event::presence_watched{3}) == R"(presence:subscribed {"count":3})");
}

TEST_CASE("messenger: user:online and user:offline") {
  CHECK(said(set, event::user_came_online{ana(), 1}) == R"(user:online {"userId":7})");
  CHECK(said(set, event::user_went_offline{ben(), 0, morning}) ==
        R"(user:offline {"userId":"ben","lastSeen":"2026-01-01T08:00:00.000Z"})");
}

// -- what a client hears: calls, screens, files
// -------------------------------------------------------------------

TEST_CASE("messenger: the steps of a call come with who took them") {
  const std::string fields = R"( {"conversationId":"c","callId":"k","from":7,"payload":{"sdp":"x"}})";
  const auto step = [](command::call_step which) {
    return said(set, event::call_relayed{talk, which, "k", ana_id, R"({"sdp":"x"})"});
  };
  CHECK(step(command::call_step::offer) == "call:offer" + fields);
  CHECK(step(command::call_step::answer) == "call:answer" + fields);
  CHECK(step(command::call_step::candidate) == "call:candidate" + fields);
  CHECK(step(command::call_step::hangup) == "call:hangup" + fields);
}

TEST_CASE("messenger: the server's own words on a call") {
  const auto state = [](event::call_state which) {
    return said(set, event::call_changed{talk, "k", which, ana_id, ben_id});
  };
  CHECK(state(event::call_state::ringing) == R"(call:ring {"conversationId":"c","callId":"k","from":7})");
  CHECK(state(event::call_state::busy) == R"(call:busy {"conversationId":"c","callId":"k","from":"ben"})");
  CHECK(state(event::call_state::no_answer) == R"(call:no-answer {"conversationId":"c","callId":"k","to":"ben"})");
}

TEST_CASE("messenger: screen:start and screen:stop say who") {
  CHECK(said(set, event::screen_shared{talk, "k", ana_id, true}) ==
        R"(screen:start {"conversationId":"c","callId":"k","from":7})");
  CHECK(said(set, event::screen_shared{talk, "", ana_id, false}) == R"(screen:stop {"conversationId":"c","from":7})");
}

TEST_CASE("messenger: file:progress says how far") {
  CHECK(said(set, event::file_progressed{ana_id, {talk, R"("f")", "a.png", 100, 40}}) ==
        R"(file:progress {"conversationId":"c","fileId":"f","name":"a.png","size":100,"sent":40,"from":7})");
  CHECK(only(set, event::file_progressed{ana_id, {talk, "5", "", 1, 1}})[1]["name"].is_null());
}

// -- what a client hears: the rest
// --------------------------------------------------------------------------------

TEST_CASE("messenger: notification and error") {
  CHECK(said(set, event::notified{ana(), "hi", "info"}) ==
        R"(notification {"message":"hi","type":"info","timestamp":"2026-01-01T12:00:00.000Z"})");
  CHECK(said(set, event::command_failed{error{errc::forbidden}}) ==
        R"(error {"status":"error","code":"forbidden","message":"You may not do this","statusCode":403,)"
        R"("timestamp":"2026-01-01T12:00:00.000Z"})");
}

TEST_CASE("messenger: there is no word for what only others say") {
  CHECK(said(set, event::session_opened{ana(), {}}) == "");
  CHECK(said(set, event::room_joined{room_name{"x"}}) == "");
  CHECK(said(set, event::people_listed{}) == "");
}
