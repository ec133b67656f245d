#include "protocol/engineio/handshake.hpp"

#include <doctest/doctest.h>

using namespace parley::engineio;

namespace {

std::optional<refusal> check_target(std::string_view target, const request_facts& facts = {}) {
  return check(parse_request(target), facts);
}

}  // namespace

TEST_CASE("query: names and values are percent-decoded") {
  const query_map map = parse_query("a=1&b%20c=%E2%82%AC+x&flag&=empty&a=2&&k=v=w");
  CHECK(*map.find("a") == "1");
  CHECK(map.count("a") == 2);
  CHECK(*map.find("b c") == "€ x");
  CHECK(map.find("flag")->empty());
  CHECK(*map.find("") == "empty");
  CHECK(*map.find("k") == "v=w");
  CHECK(map.find("missing") == nullptr);
  CHECK(map.size() == 6);
}

TEST_CASE("query: a bad escape stands for itself") {
  for (const std::string_view text : {"%", "%4", "%zz", "a%", "%%", "%4g"}) CHECK(percent_decode(text) == text);
  CHECK(percent_decode("%%41%00%ff") == std::string{"%A\0\xff", 4});
}

TEST_CASE("query: entries behind the limit are not looked at") {
  std::string query;
  for (int i = 0; i < 1'000; ++i) query += "a" + std::to_string(i) + "=1&";
  CHECK(parse_query(query).size() == max_query_entries);
  CHECK(parse_query("a=1&b=2", 1).find("b") == nullptr);
}

TEST_CASE("query: a target is parted at its first question mark, without the fragment") {
  CHECK(split_target("/socket.io/?a=b?c#d") == std::pair<std::string_view, std::string_view>{"/socket.io/", "a=b?c"});
  CHECK(split_target("/x#?a") == std::pair<std::string_view, std::string_view>{"/x", ""});
  CHECK(split_target("") == std::pair<std::string_view, std::string_view>{"", ""});
}

TEST_CASE("handshake: a request says version, transport, sid and token") {
  const auto query = parse_request("/socket.io/?EIO=4&transport=websocket&sid=a%2Fb&token=x.y.z&extra=1");
  CHECK(query.protocol == version::v4);
  CHECK(query.carried_by == transport::websocket);
  CHECK(query.sid == "a/b");
  CHECK(*query.parameters.find("token") == "x.y.z");
  CHECK(*query.parameters.find("extra") == "1");
  CHECK(parse_request("/?transport=polling").protocol == version::v3);
}

TEST_CASE("handshake: each fault gets its code, and of two the reference's first") {
  const request_facts get{};
  const request_facts post{.method = "POST"};
  const request_facts upgrade{.upgrade = true};
  const request_facts polling{.session = transport::polling};
  const request_facts websocket{.session = transport::websocket};
  const request_facts second{.upgrade = true, .session = transport::polling};
  const request_facts put{.method = "PUT", .session = transport::polling};
  const request_facts post_session{.method = "POST", .session = transport::polling};
  const request_facts post_second{.method = "POST", .upgrade = true, .session = transport::polling};
  const request_facts v3{.allow_v3 = true};
  const request_facts no_polling{.allow_polling = false};
  const request_facts no_websocket{.upgrade = true, .allow_websocket = false};

  struct row {
    std::string_view query;
    request_facts facts;
    std::optional<refusal> expected;
  };
  const row rows[] = {
      {"EIO=4&transport=polling", get, std::nullopt},
      {"EIO=4&transport=websocket", upgrade, std::nullopt},
      {"EIO=4", get, refusal::transport_unknown},
      {"EIO=4&transport=abc", get, refusal::transport_unknown},
      {"EIO=4&transport=abc&sid=x", post, refusal::transport_unknown},
      {"EIO=4&transport=POLLING", get, refusal::transport_unknown},
      {"EIO=4&transport=polling", no_polling, refusal::transport_unknown},
      {"EIO=4&transport=websocket", no_websocket, refusal::transport_unknown},
      {"EIO=4&transport=polling&sid=x", get, refusal::session_unknown},
      {"transport=polling&sid=x", get, refusal::session_unknown},
      {"EIO=4&transport=websocket&sid=x", upgrade, refusal::session_unknown},
      {"EIO=4&transport=polling", post, refusal::bad_method},
      {"EIO=9&transport=polling", post, refusal::bad_method},
      {"EIO=4&transport=polling&sid=", post, refusal::bad_method},
      {"EIO=4&transport=websocket", get, refusal::bad_request},
      {"EIO=4&transport=polling", upgrade, refusal::bad_request},
      {"EIO=4&transport=polling&transport=websocket", get, refusal::bad_request},
      {"EIO=4&EIO=3&transport=polling", get, refusal::bad_request},
      {"EIO=4&transport=polling&sid=a&sid=b", polling, refusal::bad_request},
      {"EIO=4&transport=polling&sid=x", polling, std::nullopt},
      {"EIO=4&transport=polling&sid=x", post_session, std::nullopt},
      {"EIO=4&transport=polling&sid=x", put, refusal::bad_method},
      {"EIO=4&transport=websocket&sid=x", post_second, refusal::bad_method},
      {"EIO=4&transport=polling&sid=x", websocket, refusal::bad_request},
      {"EIO=4&transport=websocket&sid=x", polling, refusal::bad_request},
      {"EIO=4&transport=websocket&sid=x", websocket, refusal::bad_request},
      {"EIO=4&transport=websocket&sid=x", second, std::nullopt},
      {"transport=polling", get, refusal::unsupported_version},
      {"EIO=3&transport=polling", get, refusal::unsupported_version},
      {"EIO=abc&transport=polling", get, refusal::unsupported_version},
      {"EIO=4x&transport=polling", get, refusal::unsupported_version},
      {"transport=polling", v3, std::nullopt},
      {"EIO=3&transport=polling", v3, std::nullopt},
      {"EIO=2&transport=polling", v3, refusal::unsupported_version},
      {"EIO=5&transport=polling", v3, refusal::unsupported_version},
  };
  for (const row& one : rows) {
    const auto got = check_target("/socket.io/?" + std::string{one.query}, one.facts);
    CHECK_MESSAGE(got == one.expected, one.query, " ", one.facts.method);
  }
}

TEST_CASE("handshake: refusals have the reference's bodies, all with 400 but forbidden") {
  CHECK(info(refusal::transport_unknown).body == R"({"code":0,"message":"Transport unknown"})");
  CHECK(info(refusal::session_unknown).body == R"({"code":1,"message":"Session ID unknown"})");
  CHECK(info(refusal::bad_method).body == R"({"code":2,"message":"Bad handshake method"})");
  CHECK(info(refusal::bad_request).body == R"({"code":3,"message":"Bad request"})");
  CHECK(info(refusal::forbidden).body == R"({"code":4,"message":"Forbidden"})");
  CHECK(info(refusal::unsupported_version).body == R"({"code":5,"message":"Unsupported protocol version"})");
  for (int i = 0; i < 6; ++i) CHECK(info(static_cast<refusal>(i)).status == (i == 4 ? 403 : 400));
}

TEST_CASE("handshake: hostile targets are refused, not more") {
  const std::string long_query = "/?" + std::string(100'000, '&') + "transport=polling";
  for (const std::string& target :
       {std::string{""}, std::string{"?"}, std::string{"/socket.io/?%"}, std::string{"&&&=&="},
        std::string{"\0?\0=\0", 5}, std::string{"/?transport=%00polling"}, std::string{"/?transport=poll%69ng%20"}})
    CHECK(check_target(target) == refusal::transport_unknown);
  CHECK(check_target(long_query) == refusal::unsupported_version);
}

TEST_CASE("handshake: the open packet has exactly five keys and no spaces") {
  CHECK(open_packets({}).make("abc", true) ==
        R"(0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})");
  CHECK(open_packets({.ping_interval = std::chrono::milliseconds{300}, .ping_timeout = std::chrono::milliseconds{200}})
            .make("abc", false) ==
        R"(0{"sid":"abc","upgrades":[],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000})");
}
