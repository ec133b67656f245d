#include "protocol/web/origin.hpp"

#include <doctest/doctest.h>

using namespace parley::web;

namespace {

bool own(std::string_view page, std::string_view host, std::string_view scheme = "") {
  const auto from = parse_origin(page);
  REQUIRE(from);
  return is_own_host(*from, host, scheme);
}

std::string why_never(std::string_view written) {
  const auto read = normalize_origin(written);
  CAPTURE(written);
  REQUIRE_FALSE(read);
  return read.failure().why;
}

bool says(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("authority: hosts as RFC 3986 has them, with a port or without") {
  for (const auto* text : {"chat.example", "chat.example:8443", "chat.example:", "10.0.0.1:80", "[::1]", "[::1]:3000",
                           "[v1.a:b]", "a_b", "backend", "", "xn--bcher-kva.example", "a%20b", "a!$&'()*+,;=~b"}) {
    CAPTURE(text);
    CHECK(parse_authority(text));
  }
  CHECK(parse_authority("chat.example:8443")->host == "chat.example");
  CHECK(parse_authority("[::1]:3000")->host == "[::1]");
  CHECK(parse_authority("[::1]:3000")->port == 3000);
  CHECK_FALSE(parse_authority("chat.example:")->port);
}

TEST_CASE("authority: anything else is none") {
  for (const auto* text : {"a b/@",
                           "a b",
                           "a/b",
                           "user@host",
                           "a@b",
                           "host:port",
                           "host:1:2",
                           "host:65536",
                           "host:-1",
                           "::1",
                           "[::1",
                           "[::1]x",
                           "[::g]",
                           "[1.2.3.4]",
                           "[]",
                           "a?b",
                           "a#b",
                           "a\"b",
                           "<a>",
                           "a\\b",
                           "a%2",
                           "a%zz",
                           "[v.a]",
                           "[v1.]",
                           "b\xc3\xbc"
                           "cher",
                           "a\tb",
                           "host: 80"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_authority(text));
  }
}

TEST_CASE("origin: hosts compare without case") {
  CHECK(own("https://chat.example.com", "Chat.Example.com"));
  CHECK(own("https://Chat.Example.COM", "chat.example.com"));
  CHECK_FALSE(own("https://chat.example.com", "chat.example.org"));
  CHECK_FALSE(own("https://chat.example.com.evil", "chat.example.com"));
}

TEST_CASE("origin: the default port of the page's scheme may be written or not") {
  CHECK(own("https://chat.example.com", "chat.example.com:443"));
  CHECK(own("https://chat.example.com:443", "chat.example.com"));
  CHECK(own("http://chat.example.com", "chat.example.com:80"));
  CHECK(own("http://[::1]", "[::1]:80"));
  CHECK_FALSE(own("http://chat.example.com", "chat.example.com:443"));
  CHECK_FALSE(own("https://chat.example.com", "chat.example.com:80"));
  CHECK_FALSE(own("https://chat.example.com:8443", "chat.example.com"));
  CHECK_FALSE(own("https://chat.example.com", "chat.example.com:8443"));
  CHECK(own("http://localhost:3000", "localhost:3000"));
}

TEST_CASE(
    "origin: a page of http does not ask what was asked for by https; the reverse is told before TLS ends twice") {
  CHECK(own("https://chat.example.com", "chat.example.com", "https"));
  CHECK(own("https://chat.example.com", "chat.example.com", "http"));
  CHECK(own("http://chat.example.com", "chat.example.com", "http"));
  CHECK_FALSE(own("http://chat.example.com", "chat.example.com", "https"));
}

TEST_CASE("origin: only pages of HTTP have a host of their own") {
  CHECK_FALSE(own("capacitor://localhost", "localhost"));
  CHECK_FALSE(own("app://chat.example.com", "chat.example.com"));
  CHECK_FALSE(own("https://chat.example.com", ""));
  CHECK_FALSE(parse_origin("null"));
  CHECK_FALSE(parse_origin("chat.example.com"));
  CHECK_FALSE(parse_origin("https://a b"));
}

TEST_CASE("origin: pages of this machine are those of localhost and of loopback addresses") {
  for (const auto* text : {"http://localhost:5173", "https://localhost", "http://LOCALHOST:1", "http://127.0.0.1:3000",
                           "http://127.1.2.3", "http://[::1]:8080"}) {
    CAPTURE(text);
    CHECK(is_local_page(*parse_origin(text)));
  }
  for (const auto* text : {"http://localhost.evil.example", "http://evil.example", "http://10.0.0.1", "http://[::2]",
                           "capacitor://localhost", "http://127.0.0.1.evil.example"}) {
    CAPTURE(text);
    CHECK_FALSE(is_local_page(*parse_origin(text)));
  }
}

TEST_CASE("origin: what an operator writes is turned into what browsers send") {
  CHECK(*normalize_origin("https://App.Example.com") == "https://app.example.com");
  CHECK(*normalize_origin("https://app.example.com:443") == "https://app.example.com");
  CHECK(*normalize_origin("http://app.example.com:8080") == "http://app.example.com:8080");
  CHECK(*normalize_origin("http://[::1]:8080") == "http://[::1]:8080");
  CHECK(*normalize_origin("capacitor://localhost") == "capacitor://localhost");
  CHECK(*normalize_origin("chrome-extension://abcdefgh") == "chrome-extension://abcdefgh");
  CHECK(*normalize_origin("app://.") == "app://.");
  CHECK(*normalize_origin("file://") == "file://");
}

TEST_CASE("origin: what no browser can ever send is told, and why") {
  CHECK(says(why_never("https://app.example.com/"), "slash"));
  CHECK(says(why_never("https://app.example.com/chat"), "more than"));
  CHECK(says(why_never("https://app.example.com?x"), "more than"));
  CHECK(says(why_never("app.example.com"), "scheme"));
  CHECK(says(why_never("localhost:3000"), "scheme"));
  CHECK(says(why_never("//app.example.com"), "scheme"));
  CHECK(says(why_never("://app.example.com"), "scheme"));
  CHECK(says(why_never("https://*.example.com"), "*"));
  CHECK(says(why_never("https://b\xc3\xbc"
                       "cher.example"),
             "punycode"));
  CHECK(says(why_never("https://me@app.example.com"), "user"));
  CHECK(says(why_never("https://a b"), "characters"));
  CHECK(says(why_never("https://app%2eexample.com"), "characters"));
  CHECK(says(why_never("https://"), "host"));
  CHECK(says(why_never("https://:80"), "host"));
  for (const auto* port : {"https://a:", "https://a:x", "https://a:99999"}) CHECK(says(why_never(port), "port"));
}

TEST_CASE("origin: of the address of a page, the path does not count") {
  CHECK(*origin_of_url("https://app.example.com/") == "https://app.example.com");
  CHECK(*origin_of_url("https://App.example.com:8443/chat?x=1#top") == "https://app.example.com:8443");
  CHECK_FALSE(origin_of_url("app.example.com/chat"));
  CHECK_FALSE(origin_of_url("https:///chat"));
}
