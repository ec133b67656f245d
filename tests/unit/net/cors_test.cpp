#include "net/cors.hpp"

#include <doctest/doctest.h>

using parley::net::asking_page;
using parley::net::cors;
namespace http = boost::beast::http;

namespace {

asking_page page(std::string_view origin, std::string host = "chat.example", std::string scheme = {}) {
  return {origin, {{}, std::move(host), std::move(scheme)}};
}

std::string allowed_origin(const cors& rules, std::string_view origin) {
  http::fields answer;
  rules.decorate(answer, page(origin));
  return std::string{answer[http::field::access_control_allow_origin]};
}

}  // namespace

TEST_CASE("cors: a request without an Origin header is no browser's and is allowed") {
  CHECK(cors{{}}.allows(page("")));
}

TEST_CASE("cors: without a list only pages of the same origin are allowed") {
  const cors rules{{}};
  CHECK(rules.allows(page("https://chat.example")));
  CHECK(rules.allows(page("https://chat.example", "Chat.Example:443")));
  CHECK(rules.allows(page("http://localhost:3000", "localhost:3000")));
  CHECK_FALSE(rules.allows(page("https://evil.example")));
  CHECK_FALSE(rules.allows(page("https://chat.example.evil")));
  CHECK_FALSE(rules.allows(page("http://chat.example", "chat.example", "https")));
  CHECK_FALSE(rules.allows(page("http://localhost:5173")));
  CHECK_FALSE(rules.allows(page("null")));
}

TEST_CASE("cors: a page whose browser says that it is of the same origin is, whatever a proxy has called the host") {
  auto same = page("https://chat.example", "backend:3000");
  CHECK_FALSE(cors{{}}.allows(same));
  same.same_origin = true;
  CHECK(cors{{}}.allows(same));
}

TEST_CASE("cors: pages of this machine are allowed while nobody else reaches the server") {
  const cors rules{{.local_pages = true}};
  CHECK(rules.allows(page("http://localhost:5173")));
  CHECK(rules.allows(page("http://127.0.0.1:8080")));
  CHECK(rules.allows(page("http://[::1]:8080")));
  CHECK_FALSE(rules.allows(page("https://evil.example")));
}

TEST_CASE("cors: an origin in the list is allowed, in whatever case and with its default port or without") {
  const cors rules{{.origins = {"https://app.example", "capacitor://localhost"}}};
  CHECK(rules.allows(page("https://app.example")));
  CHECK(rules.allows(page("https://App.Example:443")));
  CHECK(rules.allows(page("capacitor://localhost")));
  CHECK_FALSE(rules.allows(page("http://app.example")));
  CHECK_FALSE(rules.allows(page("https://app.example:444")));
  CHECK(allowed_origin(rules, "https://app.example") == "https://app.example");
  CHECK(allowed_origin(rules, "https://evil.example").empty());
}

TEST_CASE("cors: null is an origin that may be in the list") {
  CHECK(cors{{.origins = {"null"}}}.allows(page("null")));
}

TEST_CASE("cors: with credentials the exact origin is echoed, never a star") {
  http::fields answer;
  cors{{.origins = {"*"}}}.decorate(answer, page("https://app.example"));
  CHECK(answer[http::field::access_control_allow_origin] == "https://app.example");
  CHECK(answer[http::field::access_control_allow_credentials] == "true");
  CHECK(answer[http::field::vary] == "Origin");
}

TEST_CASE("cors: a star without credentials is a star") {
  CHECK(allowed_origin(cors{{.origins = {"*"}, .credentials = false}}, "https://app.example") == "*");
}

TEST_CASE("cors: a preflight is told the methods, and the headers it asked for") {
  http::fields answer;
  cors{{.origins = {"https://app.example"}}}.decorate_preflight(answer, page("https://app.example"),
                                                                "authorization,x-custom");
  CHECK(answer[http::field::access_control_allow_headers] == "authorization,x-custom");
  CHECK(answer[http::field::access_control_allow_methods].find("POST") != boost::beast::string_view::npos);
}
