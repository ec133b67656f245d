#include "protocol/rest/answers.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::rest;
using dialects::ana;
using dialects::parsed;

namespace {

const event::users_summarized stats{1, {{"admin", 1}}, {{"7", dialects::morning}}};
const json stats_json = {
    {"totalUsers", 1}, {"usersByRole", {{"admin", 1}}}, {"connectionTimes", {{"7", "2026-01-01T08:00:00.000Z"}}}};

}  // namespace

TEST_CASE("rest answer: active-users has users, count and stats") {
  const auto answered = parsed(answer(event::users_listed{{ana()}}, stats));
  CHECK(answered.size() == 3);
  CHECK(answered["users"].size() == 1);
  CHECK(answered["users"][0]["username"] == "ana");
  CHECK(answered["count"] == 1);
  CHECK(answered["stats"] == stats_json);
}

TEST_CASE("rest answer: users-stats") { CHECK(parsed(answer(stats)) == stats_json); }

TEST_CASE("rest answer: a user who is not there makes a notification fail, an empty house does not") {
  const call::notify to_user{event::reach::user};
  CHECK(parsed(answer(to_user, {1, 2})) == json{{"success", true}, {"delivered", 2}, {"users", 1}});
  CHECK(parsed(answer(to_user, {})) == json{{"success", false}, {"delivered", 0}, {"users", 0}});
  for (const auto reach : {event::reach::all, event::reach::role})
    CHECK(parsed(answer(call::notify{reach}, {})) == json{{"success", true}, {"delivered", 0}, {"users", 0}});
}

TEST_CASE("rest answer: an error has its code, text, status and field") {
  CHECK(parsed(answer(invalid_field("role", "no"))) == json{{"status", "error"},
                                                            {"code", "invalid_payload"},
                                                            {"message", "no"},
                                                            {"statusCode", 400},
                                                            {"data", {{"field", "role"}}}});
}

TEST_CASE("rest answer: binary content is a base64 string") {
  message what;
  what.content = "{\"a\":\t\"BAH/\",\"b\":\t\"\"}";
  const auto answered = answer({dialects::noon, event::history_listed{conversation_id{"c"}, {{what}, false}}});
  CHECK(answered.find(R"("content":{"a":"BAH/","b":""})") != std::string::npos);
}

TEST_CASE("rest answer: a client without a role has none") {
  const auto answered = parsed(answer(std::vector<client_description>{{"s", "/", dialects::ben().who, "192.0.2.1"}}));
  CHECK(answered["clients"][0]["address"] == "192.0.2.1");
  CHECK(answered["clients"][0]["user"] == json{{"id", "ben"}, {"username", "ben"}, {"role", nullptr}});
}
