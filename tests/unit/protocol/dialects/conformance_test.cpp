#include "protocol/dialects/conformance.hpp"

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

constexpr dialect_set set{dialect_id::conformance};

}  // namespace

TEST_CASE("conformance: message is emitted back with all its arguments") {
  const auto back = command_of<command::emit_back>(set, {"message", 1, "2", {{"three", {true}}}});
  CHECK(back.event == "message-back");
  CHECK(back.args == json{1, "2", {{"three", {true}}}});
  CHECK_FALSE(back.want_ack);
}

TEST_CASE("conformance: message-with-ack is acknowledged with its arguments") {
  CHECK(command_of<command::acknowledge>(set, {"message-with-ack", 1, "2"}).args == json{1, "2"});
}

TEST_CASE("conformance: emit-with-ack comes back and asks for an ack") {
  const auto back = command_of<command::emit_back>(set, {"emit-with-ack", 1});
  CHECK(back.event == "emit-with-ack");
  CHECK(back.want_ack);
}

TEST_CASE("conformance: on connect comes the auth object, empty where there was none") {
  CHECK(only(set, event::session_opened{ana(), R"({"token":"abc"})"}) == json{"auth", {{"token", "abc"}}});
  CHECK(only(set, event::session_opened{ana(), {}}) == json{"auth", json::object()});
}

TEST_CASE("conformance: binary values pass as they are") {
  const json args = {json::binary({1, 2, 3}), {{"deep", {json::binary({4})}}}};
  const auto events = encode(set, {noon, event::custom{"message-back", args}});
  REQUIRE(events.size() == 1);
  CHECK(events.front().args == "\t\"AQID\",{\"deep\":[\t\"BA==\"]}");
  CHECK(ack_ok(dialect_id::conformance, {noon, event::custom{"", args}}).args == events.front().args);
}

TEST_CASE("conformance: an ack carries the values alone") {
  CHECK(ack_ok(dialect_id::conformance, {noon, event::custom{"", {1, "2"}}}).args == R"(1,"2")");
}

TEST_CASE("conformance: broken Unicode comes back as it came") {
  const auto line = parsed(R"(["message","\ud800","\u0000",{"__proto__":1}])");
  const auto back = command_of<command::emit_back>(set, line);
  const auto events = encode(set, {noon, event::custom{back.event, back.args}});
  REQUIRE(events.size() == 1);
  CHECK(events.front().args == R"("\ud800","\u0000",{"__proto__":1})");
}
