#include "protocol/web/ip_address.hpp"

#include <doctest/doctest.h>

using namespace parley::web;

namespace {

ip_address at(std::string_view text) {
  const auto found = ip_address::parse(text);
  REQUIRE(found);
  return *found;
}

bool within(std::string_view network, std::string_view address) {
  const auto found = ip_network::parse(network);
  REQUIRE(found);
  return found->contains(at(address));
}

}  // namespace

TEST_CASE("ip address: is written as it was read, in its shortest form") {
  for (const auto* text : {"192.0.2.1", "255.255.255.255", "::1", "2001:db8::7"}) CHECK(at(text).text() == text);
  CHECK(at("2001:DB8:0:0::7").text() == "2001:db8::7");
}

TEST_CASE("ip address: an IPv4 address written as IPv6 is the same address") {
  CHECK(at("::ffff:192.0.2.1") == at("192.0.2.1"));
  CHECK(at("::ffff:127.0.0.1").is_loopback());
  CHECK_FALSE(at("::1") == at("0.0.0.1"));
}

TEST_CASE("ip address: what is none is not read") {
  for (const auto* text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[::1]", "::1%lo", " ::1",
                           "1.2.3.4/8", "0x7f.1.1.1", ":::", "1:2:3:4:5:6:7:8:9"}) {
    CAPTURE(text);
    CHECK_FALSE(ip_address::parse(text));
  }
}

TEST_CASE("ip address: the other side of a Unix socket, and one that is not known, are no IP addresses") {
  CHECK(ip_address::local().text() == "unix:");
  CHECK(ip_address{}.text() == "unknown");
  CHECK_FALSE(ip_address::local().is_ip());
  for (const auto& each : {ip_address::local(), ip_address{}, at("10.0.0.1"), at("fe80::1")})
    CHECK(ip_address::from_text(each.text()) == each);
  CHECK(ip_address::from_text("") == ip_address{});
}

TEST_CASE("ip network: contains what begins with its bits") {
  CHECK(within("10.0.0.0/8", "10.255.1.2"));
  CHECK_FALSE(within("10.0.0.0/8", "11.0.0.0"));
  CHECK(within("192.168.4.0/22", "192.168.7.255"));
  CHECK_FALSE(within("192.168.4.0/22", "192.168.8.0"));
  CHECK(within("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(within("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(within("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(within("0.0.0.0/0", "2001:db8::1"));
  CHECK(within("::/0", "203.0.113.9"));
}

TEST_CASE("ip network: one address alone is a network, and IPv4 may be written as IPv6") {
  CHECK(within("10.0.0.7", "10.0.0.7"));
  CHECK_FALSE(within("10.0.0.7", "10.0.0.8"));
  CHECK(within("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(within("::ffff:10.0.0.0/104", "10.1.2.3"));
  CHECK_FALSE(within("::1", "127.0.0.1"));
}

TEST_CASE("ip network: what is none is not read") {
  for (const auto* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "10/8", "any", "10.0.0.0/ 8"}) {
    CAPTURE(text);
    CHECK_FALSE(ip_network::parse(text));
  }
}

TEST_CASE("trusted proxies: those of the list, and who comes by a Unix socket; nobody who is not known") {
  const trusted_proxies some{{*ip_network::parse("10.0.0.0/8"), *ip_network::parse("::1")}};
  CHECK(some.trusts(at("10.1.1.1")));
  CHECK(some.trusts(at("::1")));
  CHECK(some.trusts(ip_address::local()));
  CHECK_FALSE(some.trusts(at("127.0.0.1")));
  CHECK_FALSE(some.trusts(ip_address{}));
  CHECK_FALSE(trusted_proxies{}.trusts(at("127.0.0.1")));
}
