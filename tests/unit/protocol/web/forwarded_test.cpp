#include "protocol/web/forwarded.hpp"

#include <doctest/doctest.h>

using namespace parley::web;

namespace {

const trusted_proxies proxies{{*ip_network::parse("10.0.0.0/8"), *ip_network::parse("127.0.0.0/8")}};

request_source find(std::string_view peer, const forwarding_headers& said) {
  return find_source(ip_address::from_text(peer), "backend:3000", said, proxies);
}

std::string client(std::string_view peer, std::string x_for) {
  return find(peer, {.x_for = std::move(x_for)}).client.text();
}

}  // namespace

TEST_CASE("forwarded: what a peer says counts only where it is trusted") {
  const forwarding_headers said{.x_for = "203.0.113.9", .x_host = "chat.example", .x_proto = "https"};
  const auto believed = find("10.0.0.1", said);
  CHECK(believed.client.text() == "203.0.113.9");
  CHECK(believed.host == "chat.example");
  CHECK(believed.scheme == "https");
  for (const auto* stranger : {"192.0.2.1", "unknown"}) {
    const auto kept = find(stranger, said);
    CHECK(kept.client.text() == stranger);
    CHECK(kept.host == "backend:3000");
    CHECK(kept.scheme.empty());
  }
  CHECK(find("unix:", said).client.text() == "203.0.113.9");
}

TEST_CASE("forwarded: without a word the peer is the client, and the Host header the host") {
  CHECK(find("10.0.0.1", {}).client.text() == "10.0.0.1");
  CHECK(find("10.0.0.1", {}).host == "backend:3000");
}

TEST_CASE("forwarded: the chain is walked from the right, as far as it is trusted") {
  CHECK(client("10.0.0.1", "203.0.113.9") == "203.0.113.9");
  CHECK(client("10.0.0.1", "203.0.113.9, 10.0.0.2") == "203.0.113.9");
  CHECK(client("10.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.2") == "203.0.113.9");
  CHECK(client("10.0.0.1", "1.1.1.1,203.0.113.9") == "203.0.113.9");
  CHECK(client("10.0.0.1", "10.0.0.4, 10.0.0.3, 10.0.0.2") == "10.0.0.4");
}

TEST_CASE("forwarded: what cannot be read ends the chain") {
  CHECK(client("10.0.0.1", "203.0.113.9, unknown") == "10.0.0.1");
  CHECK(client("10.0.0.1", "203.0.113.9, nonsense, 10.0.0.2") == "10.0.0.2");
  CHECK(client("10.0.0.1", ",,") == "10.0.0.1");
}

TEST_CASE("forwarded: addresses may have ports, brackets and quotes") {
  CHECK(client("10.0.0.1", "203.0.113.9:4711") == "203.0.113.9");
  CHECK(client("10.0.0.1", "[2001:db8::1]:4711") == "2001:db8::1");
  CHECK(client("10.0.0.1", "2001:db8::1") == "2001:db8::1");
  CHECK(client("10.0.0.1", "\"[2001:db8::1]\"") == "2001:db8::1");
  CHECK(client("10.0.0.1", "[2001:db8::1") == "2001:db8::1");
}

TEST_CASE("forwarded: hosts and schemes belong to the proxies of the same place") {
  const forwarding_headers both{
      .x_for = "203.0.113.9, 10.0.0.2", .x_host = "chat.example, inner", .x_proto = "https, http"};
  CHECK(find("10.0.0.1", both).host == "chat.example");
  CHECK(find("10.0.0.1", both).scheme == "https");
  const forwarding_headers forged{.x_for = "10.9.9.9, 203.0.113.9", .x_host = "evil.example, chat.example"};
  CHECK(find("10.0.0.1", forged).host == "chat.example");
  const forwarding_headers outer{.x_for = "203.0.113.9, 10.0.0.2", .x_host = "chat.example"};
  CHECK(find("10.0.0.1", outer).host == "chat.example");
}

TEST_CASE("forwarded: schemes of WebSockets are those of HTTP, and what is no host or scheme does not count") {
  CHECK(find("10.0.0.1", {.x_proto = "wss"}).scheme == "https");
  CHECK(find("10.0.0.1", {.x_proto = "WS"}).scheme == "http");
  CHECK(find("10.0.0.1", {.x_proto = "gopher"}).scheme.empty());
  CHECK(find("10.0.0.1", {.x_host = "a b/@"}).host == "backend:3000");
}

TEST_CASE("forwarded: RFC 7239 in its own words") {
  const auto one = find("10.0.0.1", {.forwarded = "for=203.0.113.9;proto=https;by=203.0.113.43;host=chat.example"});
  CHECK(one.client.text() == "203.0.113.9");
  CHECK(one.host == "chat.example");
  CHECK(one.scheme == "https");
  const auto quoted = find("10.0.0.1", {.forwarded = R"(For="[2001:db8:cafe::17]:4711"; Host="chat.example:8443")"});
  CHECK(quoted.client.text() == "2001:db8:cafe::17");
  CHECK(quoted.host == "chat.example:8443");
  const auto chain = find("10.0.0.1", {.forwarded = "for=1.1.1.1, for=203.0.113.9;host=chat.example, for=10.0.0.2"});
  CHECK(chain.client.text() == "203.0.113.9");
  CHECK(chain.host == "chat.example");
  CHECK(find("10.0.0.1", {.forwarded = "for=_hidden, for=unknown"}).client.text() == "10.0.0.1");
  CHECK(find("10.0.0.1", {.forwarded = R"(for="1.1.1.1, for=2.2.2.2)"}).client.text() == "10.0.0.1");
}

TEST_CASE("forwarded: beside X-Forwarded headers it does not count, as proxies pass it on from anybody") {
  const auto found = find("10.0.0.1", {.x_for = "203.0.113.9", .forwarded = "for=127.0.0.1;host=evil.example"});
  CHECK(found.client.text() == "203.0.113.9");
  CHECK(found.host == "backend:3000");
}

TEST_CASE("forwarded: of a list without end only the last are looked at") {
  std::string many;
  for (int each = 0; each < 100; ++each) many += "10.0.0.2, ";
  CHECK(client("10.0.0.1", "203.0.113.9, " + many.substr(0, many.size() - 2)) == "10.0.0.2");
}
