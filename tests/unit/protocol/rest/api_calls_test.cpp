#include "protocol/rest/api_calls.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::rest;
using dialects::ana;
using dialects::ben;

namespace {

result<rest_call> call_as(const participant& who, request what) {
  return decode(what, result<identity_ptr>{who.who}, {});
}

error refusal(const result<rest_call>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.failure();
}

template <class Call>
Call made(const result<rest_call>& outcome) {
  REQUIRE(outcome);
  REQUIRE(std::holds_alternative<Call>(*outcome));
  return std::get<Call>(*outcome);
}

}  // namespace

TEST_CASE("api: a service makes a conversation of others, a user one with oneself in it") {
  const request what{"POST", "/api/conversations", R"({"id":"c","type":"group","members":["x",7]})"};
  const auto by_service = made<call::make_conversation>(call_as(ana(), what)).what;
  CHECK(by_service.id.str() == "c");
  REQUIRE(by_service.members.size() == 2);
  CHECK(by_service.members[1].who.id_json == "7");
  const auto by_user = made<call::make_conversation>(call_as(ben(), what)).what;
  CHECK(by_user.members.size() == 3);
}

TEST_CASE("api: a member who is named twice is one") {
  const request group{"POST", "/api/conversations", R"({"type":"group","members":[1,"1","x",1]})"};
  const auto members = made<call::make_conversation>(call_as(ana(), group)).what.members;
  REQUIRE(members.size() == 2);
  CHECK(members[0].who.id_json == "1");
  for (const auto* body : {R"({"type":"direct","members":[1,"1"]})", R"({"type":"direct","members":[]})"}) {
    const auto why = refusal(call_as(ana(), {"POST", "/api/conversations", body}));
    CHECK(why.code == errc::invalid_payload);
    CHECK(why.field == "members");
  }
}

TEST_CASE("api: a direct conversation has two members, an open one has none") {
  CHECK(refusal(call_as(ana(), {"POST", "/api/conversations", R"({"type":"direct","members":["x"]})"})).field ==
        "members");
  const auto open = made<call::make_conversation>(call_as(ben(), {"POST", "/api/conversations", R"({})"})).what;
  CHECK(open.type == conversation_type::open);
  CHECK(open.members.empty());
  CHECK(refusal(call_as(ana(), {"POST", "/api/conversations", R"({"type":"secret"})"})).field == "type");
}

TEST_CASE("api: a message is the caller's own, unless a service names another sender") {
  const request what{"POST", "/api/conversations/c/messages", R"({"senderId":"x","content":{"a":1}})"};
  const auto posted = made<call::converse>(call_as(ana(), what));
  CHECK(posted.as->id == dialects::user("x"));
  CHECK(std::get<command::post_message>(posted.what).content == R"({"a":1})");
  CHECK(refusal(call_as(ben(), what)).code == errc::forbidden);
  const request own{"POST", "/api/conversations/c/messages", R"({"content":"hi"})"};
  CHECK(made<call::converse>(call_as(ben(), own)).as->id == ben().who->id);
}

TEST_CASE("api: the idempotency key is the client id") {
  const request what{.method = "POST",
                     .path = "/api/conversations/c/messages",
                     .body = R"({"content":"hi","clientId":"body"})",
                     .key = "header"};
  const auto posted = std::get<command::post_message>(made<call::converse>(call_as(ben(), what)).what);
  CHECK(posted.client_id == "header");
}

TEST_CASE("api: a page is asked for by one of its ends, and has at most 200 messages") {
  const auto page = [](std::string_view query) {
    return call_as(ben(), {.method = "GET", .path = "/api/conversations/c/messages", .query = query});
  };
  const auto list = std::get<command::list_history>(made<call::converse>(page("beforeSeq=9&limit=3")).what);
  CHECK(*list.before == 9);
  CHECK(list.limit == 3);
  CHECK_FALSE(list.after);
  CHECK(refusal(page("beforeSeq=9&afterSeq=3")).field == "afterSeq");
  CHECK(refusal(page("limit=201")).field == "limit");
  CHECK(refusal(page("limit=many")).field == "limit");
}

TEST_CASE("api: one may leave a conversation, but not make others leave") {
  const auto id = ben().who->id.str();
  const auto path = "/api/conversations/c/members/" + id;
  CHECK(made<call::drop_member>(call_as(ben(), {"DELETE", path})).who == ben().who->id);
  CHECK(refusal(call_as(ben(), {"DELETE", "/api/conversations/c/members/other"})).code == errc::forbidden);
  CHECK(refusal(call_as(ben(), {"PUT", path})).code == errc::forbidden);
}

TEST_CASE("api: a user's record keeps the token version that it does not name") {
  const auto kept = made<call::keep_user>(call_as(ana(), {"PUT", "/api/users/u", R"({"username":"U","roles":["a"]})"}));
  CHECK(kept.what.token_version == 0);
  CHECK(kept.what.roles == std::vector<std::string>{"a"});
  const auto set =
      made<call::keep_user>(call_as(ana(), {"PUT", "/api/users/7", R"({"id":7,"username":"U","tokenVersion":3})"}));
  CHECK(set.what.token_version == 3);
  CHECK(set.what.who.id_json == "7");
  CHECK(refusal(call_as(ana(), {"PUT", "/api/users/8", R"({"id":7,"username":"U"})"})).field == "id");
  for (const std::string_view roles : {"[1]", "5", "true", R"({"x":"admin"})"}) {
    const auto body = R"({"username":"U","roles":)" + std::string{roles} + "}";
    CHECK(refusal(call_as(ana(), {"PUT", "/api/users/8", body})).field == "roles");
  }
}

TEST_CASE("api: an event goes to one of six targets, alone or in a batch") {
  const auto one = made<call::emit>(
      call_as(ana(), {"POST", "/api/emit", R"({"to":{"group":5},"event":"e","data":{"x":1},"except":["u"]})"}));
  REQUIRE(one.all.size() == 1);
  CHECK(one.all[0].to == call::target::group);
  CHECK(one.all[0].name == "5");
  CHECK(one.all[0].args == json::parse(R"([{"x":1}])"));
  CHECK(one.all[0].except.size() == 1);
  const auto batch = made<call::emit>(
      call_as(ana(), {"POST", "/api/emit",
                      R"([{"to":"all","event":"a"},{"to":{"all":true},"event":"b"},{"to":{"user":1},"event":"c"}])"}));
  REQUIRE(batch.all.size() == 3);
  CHECK(batch.all[1].to == call::target::all);
  CHECK(batch.all[2].to == call::target::user);
  CHECK(batch.all[0].args.empty());
}

TEST_CASE("api: one who is left out need not be in a list") {
  for (const auto* except : {"[7]", "7", "\"7\""}) {
    const auto body = std::string{R"({"to":"all","event":"e","except":)"} + except + "}";
    const auto one = made<call::emit>(call_as(ana(), {"POST", "/api/emit", body}));
    CHECK(one.all.at(0).except == std::vector{dialects::user("7")});
  }
}

TEST_CASE("api: the room conversation:{id} is that conversation") {
  const auto target_of = [](const std::string& to) {
    const auto body = R"({"to":{"room":)" + to + R"(},"event":"e"})";
    const auto made_of = made<call::emit>(call_as(ana(), {"POST", "/api/emit", body})).all.front();
    return std::pair{made_of.to, made_of.name};
  };
  CHECK(target_of(R"("conversation:c1")") == std::pair{call::target::conversation, std::string{"c1"}});
  CHECK(target_of(R"("conversation:conversation:c1")") ==
        std::pair{call::target::conversation, std::string{"conversation:c1"}});
  const std::string longest(128, 'x');
  CHECK(target_of("\"conversation:" + longest + "\"") == std::pair{call::target::conversation, longest});
  for (const std::string room : {"conversations:c1", "conversation:", "Conversation:c1", "c1"})
    CHECK(target_of("\"" + room + "\"") == std::pair{call::target::room, room});
  CHECK(target_of("5") == std::pair{call::target::room, std::string{"5"}});
}

TEST_CASE("api: what cannot be emitted is refused with its field") {
  const auto wrong = [](std::string_view body) { return refusal(call_as(ana(), {"POST", "/api/emit", body})); };
  CHECK(wrong(R"({"to":{"all":true},"event":"disconnect"})").field == "event");
  CHECK(wrong(R"({"to":{"user":1,"room":"r"},"event":"e"})").field == "to");
  CHECK(wrong(R"({"event":"e"})").field == "to");
  CHECK(wrong(R"([])").code == errc::invalid_payload);
  for (const auto* all : {"false", "1", "null", "\"yes\""})
    CHECK(wrong(std::string{R"({"to":{"all":)"} + all + R"(},"event":"e"})").field == "to");
  CHECK(wrong(R"({"to":"all","event":"e","except":{}})").field == "except");
  CHECK(wrong(R"([{"to":"all","event":"a"},{"to":"all"}])").field == "[1].event");
  CHECK(wrong(R"([{"to":"all","event":"a"},{"to":{"all":true},"event":"b"},5])").field == "[2].event");
  CHECK(refusal(call_as(ben(), {"POST", "/api/emit", R"({"to":"all","event":"e"})"})).code == errc::forbidden);
}
