// Options that say where the server is reached, and by whom.
#include "net/config_network.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace parley::net;

namespace {

/// With a key, so that nothing else is wrong.
loaded_config load(std::vector<const char*> arguments) {
  ::setenv("PARLEY_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
  arguments.insert(arguments.begin(), "parleyd");
  auto loaded = load_config(static_cast<int>(arguments.size()), arguments.data());
  ::unsetenv("PARLEY_JWT_SECRET");
  return loaded;
}

bool mentions(const loaded_config& loaded, std::string_view what) {
  return std::any_of(loaded.errors.begin(), loaded.errors.end(),
                     [what](const std::string& each) { return each.find(what) != std::string::npos; });
}

using texts = std::vector<std::string>;

texts addresses(const loaded_config& loaded) {
  REQUIRE(loaded.errors.empty());
  texts all;
  for (const auto& each : loaded.values.listen) all.push_back(each.text());
  return all;
}

texts origins_with_front_end(const char* url) {
  ::setenv("FRONTEND_URL", url, 1);
  const auto loaded = load({"--cors-origins", "https://a.example"});
  ::unsetenv("FRONTEND_URL");
  REQUIRE(loaded.errors.empty());
  return loaded.values.cors_origins;
}

}  // namespace

TEST_CASE("config: addresses to listen on are a list, or a flag given several times") {
  CHECK(addresses(load({"--listen", "127.0.0.1:3000,[::1]:3000, unix:/run/p.sock"})) ==
        texts{"127.0.0.1:3000", "[::1]:3000", "unix:/run/p.sock"});
  CHECK(addresses(load({"--listen", "127.0.0.1:0", "--listen", "unix:/run/p.sock", "--listen=127.0.0.1:0"})) ==
        texts{"127.0.0.1:0", "unix:/run/p.sock", "127.0.0.1:0"});
  ::setenv("PARLEY_LISTEN", "127.0.0.1:1,127.0.0.1:2", 1);
  CHECK(addresses(load({})) == texts{"127.0.0.1:1", "127.0.0.1:2"});
  CHECK(addresses(load({"--listen", "127.0.0.1:3"})) == texts{"127.0.0.1:3"});
  ::unsetenv("PARLEY_LISTEN");
}

TEST_CASE("config: each address that is none is named") {
  CHECK(mentions(load({"--listen", "127.0.0.1:1,nowhere"}), "listen: nowhere must be HOST:PORT"));
  CHECK(mentions(load({"--listen", ""}), "listen:"));
  CHECK(mentions(load({"--listen", "127.0.0.1:65536"}), "listen:"));
  CHECK(mentions(load({"--listen", "unix:relative.sock"}), "listen: unix:relative.sock must name a file"));
  CHECK(mentions(load({"--listen", ("unix:/" + std::string(200, 'x')).c_str()}), "at most 107 bytes"));
  CHECK(mentions(load({"--listen", "127.0.0.1:1,127.0.0.1:1"}), "there twice"));
  for (const auto* mode : {"rw", "", "8", "1777", "-1"}) CHECK(mentions(load({"--listen-mode", mode}), "listen-mode:"));
  CHECK(load({"--listen-mode", "600"}).values.listen_mode == 0600U);
}

TEST_CASE("config: what is for loopback only holds for every address") {
  for (const auto* mode : {"--dev-auth", "--conformance"}) {
    CHECK(load({mode, "--listen", "127.0.0.1:0,[::1]:0,localhost:0,unix:/run/p.sock"}).errors.empty());
    CHECK(mentions(load({mode, "--listen", "127.0.0.1:0,0.0.0.0:3000"}), "0.0.0.0:3000"));
    CHECK(mentions(load({mode, "--listen", "[::]:3000,127.0.0.1:0"}), "[::]:3000"));
  }
}

TEST_CASE("config: the path may be written without its last slash") {
  CHECK(load({}).values.path == "/socket.io/");
  CHECK(load({"--path", "/chat/ws"}).values.path == "/chat/ws/");
  CHECK(load({"--path", "/chat/ws/"}).values.path == "/chat/ws/");
  CHECK(load({"--conformance", "--path", "/socket.io"}).errors.empty());
  for (const auto* path : {"socket.io", "//", "/a?b/", "/a//b/", "/a b"})
    CHECK(mentions(load({"--path", path}), "path:"));
}

TEST_CASE("config: origins that can never match are errors, with the reason") {
  CHECK(load({"--cors-origins", "https://a.example,http://localhost:5173,null,*"}).errors.empty());
  CHECK(mentions(load({"--cors-origins", "https://a.example,https://b.example/"}),
                 "cors-origins: https://b.example/ can never match: it ends in a slash"));
  for (const auto* origin : {"b.example", "https://b.example/chat", "https://*.example", "https://b\xc3\xbc.example"})
    CHECK(mentions(load({"--cors-origins", origin}), "can never match"));
  CHECK(load({"--cors-origins", "https://A.example:443", "--cors-origins", "http://b"}).values.cors_origins ==
        texts{"https://a.example", "http://b"});
}

TEST_CASE("config: FRONTEND_URL adds the origin of a page, whatever the path of the page") {
  CHECK(origins_with_front_end("http://localhost:3000") == texts{"https://a.example", "http://localhost:3000"});
  CHECK(origins_with_front_end("https://app.example/chat/") == texts{"https://a.example", "https://app.example"});
  CHECK(origins_with_front_end("https://b.example, https://c.example") ==
        texts{"https://a.example", "https://b.example", "https://c.example"});
  CHECK(origins_with_front_end("*") == texts{"https://a.example", "*"});
  CHECK(origins_with_front_end("") == texts{"https://a.example"});
  ::setenv("FRONTEND_URL", "app.example", 1);
  CHECK(mentions(load({}), "FRONTEND_URL: app.example can never match: it names no scheme"));
  ::unsetenv("FRONTEND_URL");
}

TEST_CASE("config: trusted proxies are networks; loopback unless they are said") {
  const auto trusts = [](const loaded_config& loaded, std::string_view who) {
    REQUIRE(loaded.errors.empty());
    return loaded.values.proxies.trusts(parley::web::ip_address::from_text(who));
  };
  CHECK(trusts(load({}), "127.0.0.1"));
  CHECK(trusts(load({}), "::1"));
  CHECK_FALSE(trusts(load({}), "10.0.0.1"));
  const auto some = load({"--trusted-proxies", "10.0.0.0/8,fd00::/8"});
  CHECK(trusts(some, "10.1.2.3"));
  CHECK(trusts(some, "fd00::1"));
  CHECK_FALSE(trusts(some, "127.0.0.1"));
  CHECK_FALSE(trusts(load({"--trusted-proxies", ""}), "127.0.0.1"));
  for (const auto* wrong : {"10.0.0.0/33", "localhost", "10.0.0"})
    CHECK(mentions(load({"--trusted-proxies", wrong}), "trusted-proxies: " + std::string{wrong}));
}
