#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/http_parser.hpp"

using namespace parley::net;

namespace {

namespace http = boost::beast::http;

/// What the text says, read in pieces of that size; the header first, as connections read it.
boost::beast::error_code read(http_request& into, std::string_view text, std::size_t piece = 1 << 20) {
  http_parser parser{into};
  boost::beast::error_code failure;
  std::string kept;
  for (std::size_t at = 0; at < text.size() && !parser.is_done(); at += piece) {
    kept.append(text.substr(at, piece));
    do {
      parser.eager(parser.is_header_done());
      kept.erase(0, parser.put(boost::asio::buffer(kept), failure));
      if (failure && failure != http::error::need_more) return failure;
    } while (!failure && !kept.empty() && !parser.is_done());
  }
  return parser.is_done() ? boost::beast::error_code{} : http::error::need_more;
}

http_request read(std::string_view text) {
  http_request request;
  REQUIRE_FALSE(read(request, text));
  return request;
}

}  // namespace

TEST_CASE("http request: method, target, fields and body are as they were sent, wherever the bytes are cut") {
  const std::string text =
      "POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: a\r\nX-Own:  some thing \r\nContent-Length: 5\r\nx-own: "
      "more\r\n\r\nhello";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 50U, 1000U}) {
    http_request request;
    REQUIRE_FALSE(read(request, text, piece));
    CHECK(request.method() == http::verb::post);
    CHECK(request.method_text() == "POST");
    CHECK(request.target() == "/socket.io/?EIO=4");
    CHECK(request.minor_version() == 1);
    CHECK(request.body() == "hello");
    CHECK(request.value_of(http::field::host) == "a");
    CHECK(request.value_of("x-OWN") == "some thing");
    CHECK(request.value_of("Host") == "a");
    CHECK(request.value_of("X-Other").empty());
    std::vector<std::string> names;
    request.for_each_line([&names](const http_request::line& each) { names.emplace_back(each.name_text); });
    CHECK(names == std::vector<std::string>{"Host", "X-Own", "Content-Length", "x-own"});
  }
}

TEST_CASE("http request: moved and copied it says the same, also where its texts are short") {
  auto request = read("GET / HTTP/1.0\r\n\r\n");
  const auto copy = request;
  const auto moved = std::move(request);
  for (const auto* each : {&copy, &moved}) {
    CHECK(each->target() == "/");
    CHECK(each->minor_version() == 0);
    CHECK(each->method() == http::verb::get);
  }
}

TEST_CASE("http request: a body in chunks is one body, a method without number keeps its name") {
  CHECK(read("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n")
            .body() == "abcde");
  const auto own = read("SPEAK / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(own.method() == http::verb::unknown);
  CHECK(own.method_text() == "SPEAK");
}

TEST_CASE("http request: tokens are found in lists and in several lines, a single value only where there is one") {
  const auto request = read(
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
      "Accept: a\r\nAccept: b\r\n\r\n");
  CHECK(request.has_token(http::field::connection, "upgrade"));
  CHECK(request.has_token(http::field::upgrade, "websocket"));
  CHECK_FALSE(request.has_token(http::field::connection, "up"));
  CHECK_FALSE(request.has_token(http::field::via, "upgrade"));
  CHECK(request.only_value_of(http::field::upgrade) == "WebSocket");
  CHECK(request.only_value_of(http::field::accept).empty());
  CHECK(request.value_of(http::field::accept) == "a");
  CHECK(request.any_of(http::field::accept, [](std::string_view value) { return value == "b"; }));
}

TEST_CASE("http request: it is clear where it ends and whom it is for, or it is not") {
  const auto clear = [](const std::string& fields, const std::string& version = "1.1") {
    http_request request;
    read(request, "GET / HTTP/" + version + "\r\n" + fields + "\r\n");
    return request.is_clear();
  };
  CHECK(clear("Host: a\r\n"));
  CHECK(clear("Host: [::1]:3000\r\n"));
  CHECK(clear("Host: ::1:3000\r\n"));  // as XMLHttpRequest of Node's client libraries writes it
  CHECK_FALSE(clear("Host: a b/@\r\n"));
  CHECK(clear("", "1.0"));
  CHECK_FALSE(clear(""));
  CHECK_FALSE(clear("Host: a\r\nHost: a\r\n"));
  CHECK(clear("Host: a\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_FALSE(clear("Host: a\r\nTransfer-Encoding: gzip\r\n"));
  CHECK_FALSE(clear("Host: a\r\nTransfer-Encoding: chunked\r\n", "1.0"));
}

TEST_CASE("http request: its connection is kept or not as HTTP/1.1 or 1.0 has it, whatever is said to a proxy") {
  const auto kept = [](const std::string& version, const std::string& fields) {
    return read("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n").keep_alive();
  };
  CHECK(kept("1.1", ""));
  CHECK_FALSE(kept("1.1", "Connection: Close\r\n"));
  CHECK_FALSE(kept("1.1", "Connection: x\r\nConnection: y, close\r\n"));
  CHECK(kept("1.1", "Proxy-Connection: close\r\n"));
  CHECK_FALSE(kept("1.0", ""));
  CHECK(kept("1.0", "Connection: keep-alive\r\n"));
  CHECK_FALSE(kept("1.0", "Proxy-Connection: keep-alive\r\n"));
}

TEST_CASE("http request: of a whole address the part behind the host counts") {
  const auto target = [](const std::string& said) {
    auto request = read("GET " + said + " HTTP/1.1\r\nHost: a\r\n\r\n");
    request.make_relative();
    return std::string{request.target()};
  };
  CHECK(target("/a?b=http://c/") == "/a?b=http://c/");
  CHECK(target("http://host/a?b") == "/a?b");
  CHECK(target("http://host") == "/");
  CHECK(target("http://host?b") == "/?b");
  CHECK(target("*") == "*");
}

TEST_CASE("http request: a host that is none makes it unclear whom it is for") {
  const auto clear = [](const std::string& target, const std::string& host) {
    return read("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").is_clear();
  };
  for (const auto* host : {"chat.example", "chat.example:3000", "[::1]:3000", "a_b", "Chat.Example", ""})
    CHECK(clear("/", host));
  for (const auto* host : {"a b/@", "a b", "a/b", "user@host", "a:b", "[::1", "::g", "a,b:c", "a:65536"})
    CHECK_FALSE(clear("/", host));
  CHECK(clear("http://chat.example:80/x", "other"));
  CHECK_FALSE(clear("http://user@chat.example/x", "other"));
  CHECK_FALSE(clear("http:///x", "other"));
}

TEST_CASE("http request: a target that names the host counts before the Host header") {
  auto whole = read("GET http://Chat.example:8080/x?y HTTP/1.1\r\nHost: other\r\n\r\n");
  whole.make_relative();
  CHECK(whole.target() == "/x?y");
  CHECK(whole.host() == "Chat.example:8080");
  auto usual = read("GET /x?to=http://a/b HTTP/1.1\r\nHost: other\r\n\r\n");
  usual.make_relative();
  CHECK(usual.target() == "/x?to=http://a/b");
  CHECK(usual.host() == "other");
}
