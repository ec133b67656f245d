#include "net/refused_origins.hpp"

#include <doctest/doctest.h>

using namespace parley;
using net::refused_origins;

namespace {

/// What is advised about that page, from that peer.
std::string advice(std::string_view origin, std::string_view peer, const web::forwarding_headers& said, bool trusted) {
  const auto from = web::ip_address::from_text(peer);
  const web::request_source source{from, "backend:3000"};
  return refused_origins::advice({origin, source, from, said, trusted});
}

bool says(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("refused origins: the option that would admit a page is named") {
  CHECK(advice("https://app.example", "192.0.2.1", {}, false) == "--cors-origins https://app.example");
  CHECK(says(advice("null", "192.0.2.1", {}, false), "--cors-origins null"));
  CHECK(says(advice("nonsense", "192.0.2.1", {}, false), "no option"));
}

TEST_CASE("refused origins: behind a proxy that says nothing, both ways are named") {
  const auto both = advice("https://app.example", "127.0.0.1", {}, true);
  CHECK(says(both, "--cors-origins https://app.example"));
  CHECK(says(both, "X-Forwarded-Host"));
  CHECK_FALSE(says(advice("https://app.example", "127.0.0.1", {.x_host = "other.example"}, true), "X-Forwarded-Host"));
}

TEST_CASE("refused origins: where a proxy would be right, was it trusted, that is what is named") {
  const web::forwarding_headers right{.x_host = "app.example", .x_proto = "https"};
  CHECK(says(advice("https://app.example", "172.18.0.2", right, false), "--trusted-proxies 172.18.0.2"));
  const web::forwarding_headers wrong{.x_host = "app.example"};
  CHECK(says(advice("https://evil.example", "172.18.0.2", wrong, false), "--cors-origins https://evil.example"));
}
