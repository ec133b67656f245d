#include "net/cors.hpp"

#include <doctest/doctest.h>

using parley::net::cors;
namespace http = boost::beast::http;

namespace {

std::string allowed_origin(const cors& rules, std::string_view origin) {
  http::fields answer;
  rules.decorate(answer, origin, "chat.example");
  return std::string{answer[http::field::access_control_allow_origin]};
}

}  // namespace

TEST_CASE("cors: a request without an Origin header is no browser's and is allowed") {
  CHECK(cors{{}, true}.allows("", "chat.example"));
}

TEST_CASE("cors: without a list only pages of the same origin are allowed") {
  const cors rules{{}, true};
  CHECK(rules.allows("https://chat.example", "chat.example"));
  CHECK(rules.allows("http://localhost:3000", "localhost:3000"));
  CHECK_FALSE(rules.allows("https://evil.example", "chat.example"));
  CHECK_FALSE(rules.allows("https://chat.example.evil", "chat.example"));
  CHECK_FALSE(rules.allows("null", "chat.example"));
}

TEST_CASE("cors: an origin in the list is allowed exactly as written") {
  const cors rules{{"https://app.example"}, true};
  CHECK(rules.allows("https://app.example", "chat.example"));
  CHECK_FALSE(rules.allows("http://app.example", "chat.example"));
  CHECK_FALSE(rules.allows("https://app.example:444", "chat.example"));
  CHECK(allowed_origin(rules, "https://app.example") == "https://app.example");
  CHECK(allowed_origin(rules, "https://evil.example").empty());
}

TEST_CASE("cors: with credentials the exact origin is echoed, never a star") {
  http::fields answer;
  cors{{"*"}, true}.decorate(answer, "https://app.example", "chat.example");
  CHECK(answer[http::field::access_control_allow_origin] == "https://app.example");
  CHECK(answer[http::field::access_control_allow_credentials] == "true");
  CHECK(answer[http::field::vary] == "Origin");
}

TEST_CASE("cors: a star without credentials is a star") {
  CHECK(allowed_origin(cors{{"*"}, false}, "https://app.example") == "*");
}

TEST_CASE("cors: a preflight is told the methods, and the headers it asked for") {
  http::fields answer;
  cors{{"https://app.example"}, true}.decorate_preflight(answer, "https://app.example", "chat.example",
                                                         "authorization,x-custom");
  CHECK(answer[http::field::access_control_allow_headers] == "authorization,x-custom");
  CHECK(answer[http::field::access_control_allow_methods].find("POST") != boost::beast::string_view::npos);
}
