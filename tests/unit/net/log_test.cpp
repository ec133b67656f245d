#include "net/log.hpp"

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

using namespace parley;
namespace logs = parley::net::log;

TEST_CASE("log: a text line has the message and its fields, quoted where they are not plain") {
  CHECK(logs::format(false, "refused", {{"code", "token_expired"}, {"from", "a b"}}) ==
        R"(refused code=token_expired from="a b")");
}

TEST_CASE("log: what a client sent cannot begin a line of its own") {
  const auto line = logs::format(false, "refused", {{"name", "x\n2026 error auth: forged"}});
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("log: the members of a JSON line are valid JSON whatever the values") {
  const auto line = logs::format(true, "say \"hi\"", {{"key", "quote \" back \\ line \n end"}});
  const auto parsed = json_text::parse("{" + line + "}");
  REQUIRE(parsed);
  CHECK((*parsed)["message"] == "say \"hi\"");
  CHECK((*parsed)["key"] == "quote \" back \\ line \n end");
}

TEST_CASE("log: components and levels are known by name") {
  CHECK(logs::is_component("auth"));
  CHECK_FALSE(logs::is_component("kitchen"));
  CHECK(logs::is_level("warn"));
  CHECK_FALSE(logs::is_level("loud"));
}
