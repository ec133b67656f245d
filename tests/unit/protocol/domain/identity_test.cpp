#include "protocol/domain/identity.hpp"

#include <doctest/doctest.h>

#include "protocol/json/json.hpp"
#include "protocol/json/json_document.hpp"

using namespace parley;

namespace {

identity_ptr identity_of(const json& claims) {
  json_text::document read;
  read.hold(claims);
  const auto made = make_identity(read.root(), std::nullopt);
  REQUIRE(made);
  return *made;
}

}  // namespace

TEST_CASE("identity: a role is a name, or an object that has one; role and roles are both read") {
  CHECK(identity_of({{"sub", 1}, {"role", "admin"}})->roles == std::vector<std::string>{"admin"});
  CHECK(identity_of({{"sub", 1}, {"role", {{"name", "admin"}, {"id", 3}}}})->role == "admin");
  const auto several = identity_of(
      {{"sub", 1}, {"role", {{"name", "Editor"}}}, {"roles", {"viewer", {{"name", "editor"}}, {{"name", "admin"}}}}});
  CHECK(several->role == "Editor");
  CHECK(several->roles == std::vector<std::string>{"Editor", "viewer", "admin"});
  CHECK(several->has_role("ADMIN"));
}

TEST_CASE("identity: what is no role grants nothing") {
  for (const json& role : {json(7), json(nullptr), json(true), json::object(), json{{"name", 7}},
                           json{{"title", "admin"}}, json{{"name", {{"name", "admin"}}}}}) {
    CAPTURE(role.dump());
    CHECK(identity_of({{"sub", 1}, {"role", role}})->roles.empty());
    CHECK(identity_of({{"sub", 1}, {"roles", json::array({role})}})->roles.empty());
  }
}
