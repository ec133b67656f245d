#include "protocol/dialects/namespaces.hpp"

#include <doctest/doctest.h>

using namespace parley;
using namespace parley::dialects;

namespace {

std::string refusal(std::string_view text) {
  const auto table = namespace_table::parse(text);
  return table ? "accepted" : std::string{table.failure().message()};
}

}  // namespace

TEST_CASE("namespaces: each entry has a name and the dialects it offers") {
  const auto table = namespace_table::parse("/=rooms,hub;/hub=hub");
  REQUIRE(table);
  REQUIRE(table->size() == 2);
  const auto root = table->find("/");
  REQUIRE(root);
  CHECK((*table)[*root].offered == dialect_set{dialect_id::rooms, dialect_id::hub});
  const auto hub = table->find("/hub");
  REQUIRE(hub);
  CHECK((*table)[*hub].name == "/hub");
  CHECK((*table)[*hub].offered == dialect_set{dialect_id::hub});
  CHECK_FALSE(table->find("/rooms"));
}

TEST_CASE("namespaces: blanks and a last semicolon do not matter") {
  const auto table = namespace_table::parse(" / = rooms , hub ;\n /hub = hub ; ");
  REQUIRE(table);
  CHECK(table->size() == 2);
  CHECK(table->find("/hub"));
}

TEST_CASE("namespaces: what is wrong is told with its entry") {
  CHECK(refusal("/=rooms;/x=wrong") == "namespace entry '/x=wrong': there is no dialect 'wrong'");
  CHECK(refusal("/=rooms;/x") == "namespace entry '/x': expected /name=dialect,…");
  CHECK(refusal("/=rooms;/=hub") == "namespace entry '/=hub': this name is there already");
  CHECK(refusal("/=") == "namespace entry '/=': it names no dialect");
  CHECK(refusal("/=rooms,,hub") == "namespace entry '/=rooms,,hub': there is no dialect ''");
  CHECK(refusal("hub=hub") == "namespace entry 'hub=hub': a name starts with / and has no comma, query or space");
  CHECK(refusal("/a,b=hub") == "namespace entry '/a,b=hub': a name starts with / and has no comma, query or space");
  CHECK(refusal("/=conformance,hub") == "namespace entry '/=conformance,hub': conformance goes with no other dialect");
  CHECK(refusal(" ; ") == "there is no namespace");
}

TEST_CASE("namespaces: there are at most 255") {
  std::string text;
  for (int i = 0; i < 255; ++i) text += "/n" + std::to_string(i) + "=hub;";
  CHECK(namespace_table::parse(text));
  CHECK(refusal(text + "/last=hub") == "namespace entry '/last=hub': there are more than 255 entries");
}
