#include "net/auth_refusal.hpp"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::net;

namespace {

std::vector<bool> rules_for(const char* text) {
  const auto table = dialects::namespace_table::parse("/=rooms;/groups=groups;/hub=hub");
  const auto rules = refusal_rules::parse(text);
  REQUIRE(table);
  REQUIRE(rules);
  return rules->for_each(*table);
}

}  // namespace

TEST_CASE("auth-refusal: one word is for all namespaces, a name is for its own") {
  CHECK(rules_for("connect_error") == std::vector<bool>{false, false, false});
  CHECK(rules_for("event") == std::vector<bool>{true, true, true});
  CHECK(rules_for("/groups=event, /hub=event") == std::vector<bool>{false, true, true});
  CHECK(rules_for("event,/hub=connect_error") == std::vector<bool>{true, true, false});
}

TEST_CASE("auth-refusal: what is none is told") {
  for (const auto* wrong : {"events", "/groups", "/groups=", "/groups=maybe", "/groups=event,/groups=event"}) {
    CAPTURE(wrong);
    CHECK_FALSE(refusal_rules::parse(wrong));
  }
  const auto table = dialects::namespace_table::parse("/=rooms");
  CHECK(refusal_rules::parse("/hub=event")->stranger_to(*table) == "/hub");
  CHECK(refusal_rules::parse("/=event")->stranger_to(*table).empty());
}
