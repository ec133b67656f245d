#include "protocol/rest/calls.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::rest;
using dialects::ana;
using dialects::ben;

namespace {

result<rest_call> call_as(const participant& who, request what, const policy& by = {}) {
  return decode(what, result<identity_ptr>{who.who}, by);
}

error refusal(const result<rest_call>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.failure();
}

constexpr request broadcast{"POST", "/websocket/broadcast", R"({"message":"hi"})"};

}  // namespace

TEST_CASE("rest: GETs take any valid token") {
  const auto users = call_as(ben(), {"GET", "/websocket/active-users"});
  REQUIRE(users);
  CHECK(std::holds_alternative<call::list_users_and_stats>(*users));
  const auto stats = call_as(ben(), {"GET", "/websocket/users-stats"});
  REQUIRE(stats);
  CHECK(std::holds_alternative<call::users_stats>(*stats));
}

TEST_CASE("rest: send-notification reaches a user, named by a number or a string") {
  for (const auto* body : {R"({"userId":9,"message":"hi"})", R"({"userId":"9","message":"hi"})"}) {
    const auto outcome = call_as(ana(), {"POST", "/websocket/send-notification", body});
    REQUIRE(outcome);
    const auto& notify = std::get<call::notify>(*outcome);
    CHECK(notify.reach == event::reach::user);
    CHECK(notify.user == dialects::user("9"));
    CHECK(notify.text == "hi");
    CHECK(notify.type == "info");
  }
}

TEST_CASE("rest: broadcast reaches all, send-to-role a role as it was spelled") {
  const auto all = call_as(ana(), {"POST", "/websocket/broadcast", R"({"message":"hi","type":"warning"})"});
  REQUIRE(all);
  CHECK(std::get<call::notify>(*all).reach == event::reach::all);
  CHECK(std::get<call::notify>(*all).type == "warning");
  const auto role = call_as(ana(), {"POST", "/websocket/send-to-role", R"({"role":"ADMIN","message":"hi"})"});
  REQUIRE(role);
  CHECK(std::get<call::notify>(*role).reach == event::reach::role);
  CHECK(std::get<call::notify>(*role).role == "ADMIN");
}

TEST_CASE("rest: POSTs need one of the configured roles, compared without case") {
  CHECK(call_as(ana(), broadcast));
  CHECK(refusal(call_as(ben(), broadcast)).code == errc::forbidden);
  policy by;
  by.writer_roles = {"USER"};
  CHECK(call_as(ana(), {"GET", "/api/clients"}, by));
  by.writer_roles = {"robot"};
  CHECK(refusal(call_as(ana(), {"GET", "/api/clients"}, by)).message() == "This needs one of the roles robot");
}

TEST_CASE("rest: who may notify is configured apart from who may do everything else") {
  policy by;
  by.notifier_roles = {"Editor", "user"};
  const request role{"POST", "/websocket/send-to-role", R"({"role":"x","message":"hi"})"};
  const request one{"POST", "/websocket/send-notification", R"({"userId":"x","message":"hi"})"};
  for (const auto& what : {broadcast, role, one}) {
    CHECK(call_as(ana(), what, by));
    CHECK(refusal(call_as(ben(), what, by)).message() == "This needs one of the roles Editor, user");
  }
  by.notifier_roles = {"*"};
  for (const auto& what : {broadcast, role, one}) CHECK(call_as(ben(), what, by));
  for (const request& what : {request{"POST", "/api/users/x/revoke"}, request{"GET", "/api/clients"},
                              request{"POST", "/api/emit", R"({"to":"all","event":"e"})"}})
    CHECK(refusal(call_as(ben(), what, by)).code == errc::forbidden);
  by.notifier_roles = {};
  CHECK(refusal(call_as(ana(), broadcast, by)).code == errc::forbidden);
}

TEST_CASE("rest: without a valid token the token's error is the answer") {
  const result<identity_ptr> nobody{error{errc::token_expired}};
  CHECK(refusal(decode({"GET", "/websocket/users-stats"}, nobody, {})).code == errc::token_expired);
  CHECK(refusal(decode(broadcast, nobody, {})).code == errc::token_expired);
}

TEST_CASE("rest: an unknown path and a wrong method are told before the token is looked at") {
  const result<identity_ptr> nobody{error{errc::token_missing}};
  CHECK(refusal(decode({"GET", "/websocket"}, nobody, {})).code == errc::not_found);
  CHECK(refusal(decode({"DELETE", "/websocket/broadcast"}, nobody, {})).code == errc::method_not_allowed);
}

TEST_CASE("rest: the Allow header names the methods of a path") {
  CHECK(allowed_methods("/websocket/users-stats") == "GET, HEAD");
  CHECK(allowed_methods("/websocket/broadcast") == "POST");
  CHECK(allowed_methods("/websocket") == "");
}

TEST_CASE("rest: a wrong body names the field") {
  const auto why = [](std::string_view path, std::string_view body) {
    return refusal(call_as(ana(), {"POST", path, body}));
  };
  CHECK(why("/websocket/send-notification", R"({"message":"hi"})").field == "userId");
  CHECK(why("/websocket/send-to-role", R"({"message":"hi"})").field == "role");
  CHECK(why("/websocket/broadcast", R"({"message":7})").field == "message");
  CHECK(why("/websocket/broadcast", R"({"message":"hi","type":7})").field == "type");
  CHECK(why("/websocket/broadcast", "").field == "message");
  CHECK(why("/websocket/broadcast", "[]").code == errc::invalid_payload);
}

TEST_CASE("rest: a body that is no JSON is refused") {
  const auto why = refusal(call_as(ana(), {"POST", "/websocket/broadcast", "{"}));
  CHECK(why.code == errc::invalid_payload);
  CHECK(why.message() == "The body must be JSON");
}

TEST_CASE("rest: a body that is too deep, or has a number out of range, is told so") {
  policy by;
  by.json_depth = 2;
  const auto why = [&by](std::string_view body) {
    return refusal(call_as(ana(), {"POST", "/websocket/broadcast", body}, by));
  };
  CHECK(call_as(ana(), {"POST", "/websocket/broadcast", R"({"message":"hi","x":[]})"}, by));
  CHECK(why(R"({"message":"hi","x":[{}]})").code == errc::payload_too_deep);
  CHECK(info(errc::payload_too_deep).status == 400);
  CHECK(why(R"({"message":"hi","x":1e400})").message() == "The number 1e400 is out of range");
}
