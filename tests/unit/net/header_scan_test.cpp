#include "net/header_scan.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace parley::net;
using field = http_request::field;

TEST_CASE("header scan: finds which page asks, wherever the bytes are cut, and keeps nothing else") {
  const std::string text = "\r\nGET /healthz HTTP/1.1\r\nX-Long: " + std::string(5000, 'x') +
                           "\r\nhost: here:80\r\nAuthorization: secret\r\nORIGIN:http://page.example \r\n"
                           "X-Forwarded-Host: chat.example\r\n\r\nOrigin: http://body.example\r\n";
  for (const std::size_t piece : {1U, 2U, 7U, 100U, 100'000U}) {
    http_request request;
    header_scan scan{request};
    bool more = true;
    for (std::size_t at = 0; at < text.size() && more; at += piece) more = scan.feed(text.substr(at, piece));
    CHECK_FALSE(more);
    CHECK(request.value_of(field::origin) == "http://page.example");
    CHECK(request.value_of(field::host) == "here:80");
    CHECK(request.value_of("X-Forwarded-Host") == "chat.example");
    CHECK(request.value_of(field::authorization).empty());
    std::vector<std::string> names;
    request.for_each_line([&names](const http_request::line& each) { names.emplace_back(each.name_text); });
    CHECK(names.size() == 3);
  }
}

TEST_CASE("header scan: a line that is too long is passed over, and a header without end is left") {
  http_request request;
  header_scan scan{request};
  CHECK(scan.feed("GET / HTTP/1.1\r\nOrigin: http://" + std::string(2000, 'x') + "\r\n"));
  CHECK(request.value_of(field::origin).empty());
  CHECK_FALSE(scan.feed(std::string(header_scan::max_bytes, 'x')));
}
