#include "net/config.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <unistd.h>

#include <doctest/doctest.h>

#include "net/config_options.hpp"
#include "net/config_values.hpp"

using namespace std::chrono_literals;
using namespace parley::net;

namespace {

constexpr const char* secret_variable = "PARLEY_JWT_SECRET";
constexpr const char* secret = "0123456789abcdef0123456789abcdef";

/// An environment variable for the length of a test.
class with_variable {
 public:
  with_variable(std::string name, const char* value) : name_{std::move(name)} { ::setenv(name_.c_str(), value, 1); }
  ~with_variable() { ::unsetenv(name_.c_str()); }

 private:
  std::string name_;
};

/// A file for the length of a test.
class with_file {
 public:
  explicit with_file(const std::string& text)
      : path_{std::filesystem::temp_directory_path() / ("parley-config-" + std::to_string(::getpid()))} {
    std::ofstream{path_} << text;
  }
  ~with_file() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

loaded_config load(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "parleyd");
  return load_config(static_cast<int>(arguments.size()), arguments.data());
}

bool mentions(const loaded_config& loaded, std::string_view what) {
  return std::any_of(loaded.errors.begin(), loaded.errors.end(),
                     [what](const std::string& each) { return each.find(what) != std::string::npos; });
}

}  // namespace

TEST_CASE("config: with nothing but a secret everything has its default") {
  const with_variable key{secret_variable, secret};
  const auto loaded = load({});
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.wanted == request::serve);
  CHECK(loaded.values.listen == std::vector<listen_address>{{.host = "127.0.0.1", .port = 3000}});
  CHECK(loaded.values.ping_interval == 25s);
  CHECK(loaded.values.max_payload == 1'000'000);
  CHECK(loaded.values.outbox_bytes == 32 * 1024 * 1024);
  CHECK(loaded.values.namespace_narrow);
  CHECK_FALSE(loaded.values.allow_eio3);
}

TEST_CASE("config: without any key it refuses, and says how to set one") {
  const auto loaded = load({});
  REQUIRE(loaded.errors.size() == 1);
  CHECK(mentions(loaded, secret_variable));
}

TEST_CASE("config: a flag wins over the environment, that over the file, that over the default") {
  const with_variable key{secret_variable, secret};
  const with_file file{"ping-interval = \"3s\"\nping-timeout = \"3s\"\nupgrade-timeout = \"3s\"\n"};
  const with_variable interval{"PARLEY_PING_INTERVAL", "2s"};
  const with_variable timeout{"PARLEY_PING_TIMEOUT", "2s"};
  const auto loaded = load({"--config", file.path().c_str(), "--ping-interval", "1s"});
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.values.ping_interval == 1s);
  CHECK(loaded.values.ping_timeout == 2s);
  CHECK(loaded.values.upgrade_timeout == 3s);
  CHECK(loaded.values.connect_timeout == 45s);
}

TEST_CASE("config: all errors are told at once, each with the option's name") {
  const with_variable key{secret_variable, secret};
  const with_file file{"ping-timeout = \"soon\"\nno-such-key = 1\n"};
  const auto loaded = load({"--config", file.path().c_str(), "--listen", "nowhere", "--threads", "-1", "--frobnicate"});
  for (const auto* name : {"listen:", "threads:", "ping-timeout:", "no-such-key:", "--frobnicate:"}) {
    CAPTURE(name);
    CHECK(mentions(loaded, name));
  }
}

TEST_CASE("config: a secret on the command line is refused, and no error repeats it") {
  const auto loaded = load({"--jwt-secret", secret});
  CHECK(mentions(loaded, "jwt-secret: not as a flag"));
  CHECK_FALSE(mentions(loaded, secret));
}

TEST_CASE("config: dev-auth is refused on an address that others can reach, unless forced") {
  CHECK(load({"--dev-auth"}).errors.empty());
  CHECK(mentions(load({"--dev-auth", "--listen", "0.0.0.0:3000"}), "dev-auth:"));
  CHECK(mentions(load({"--dev-auth", "--listen", "127.example.org:3000"}), "dev-auth:"));
  CHECK(load({"--dev-auth", "--listen", "0.0.0.0:3000", "--dev-auth-force"}).errors.empty());
}

TEST_CASE("config: conformance mode sets what the suites expect, and goes with nothing else") {
  const auto loaded = load({"--conformance", "--listen", "127.0.0.1:0"});
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.values.ping_interval == 300ms);
  CHECK(loaded.values.ping_timeout == 200ms);
  CHECK(loaded.values.connect_timeout == 1000ms);
  CHECK(mentions(load({"--conformance", "--dev-auth"}), "conformance:"));
  CHECK(load({"--conformance", "--deflate", "--allow-eio3"}).errors.empty());
  CHECK(mentions(load({"--conformance", "--path", "/other/"}), "conformance:"));
  CHECK(mentions(load({"--conformance", "--listen", "0.0.0.0:3000"}), "conformance:"));
}

TEST_CASE("config: combinations that make no sense are errors") {
  const with_variable key{secret_variable, secret};
  for (const auto* path : {"socket.io", "//", "/a?b/", "/a//b/"}) CHECK(mentions(load({"--path", path}), "path:"));
  CHECK(mentions(load({"--header-bytes", "64KiB"}), "header-bytes:"));
  CHECK(mentions(load({"--outbox-bytes", "64KiB", "--outbox-soft-bytes", "128KiB"}), "outbox-soft-bytes:"));
  CHECK(mentions(load({"--outbox-bytes", "2000000", "--max-payload", "1000000"}), "outbox-bytes:"));
  CHECK(mentions(load({"--send-timeout", "10ms"}), "send-timeout:"));
  CHECK(mentions(load({"--max-payload", "1KiB"}), "message-bytes:"));
  CHECK(mentions(load({"--auth-refusal", "never"}), "auth-refusal:"));
  CHECK(mentions(load({"--auth-refusal", "/nowhere=event"}), "auth-refusal: there is no namespace /nowhere"));
  CHECK(mentions(load({"--namespaces", "/=klingon"}), "namespaces:"));
  CHECK(mentions(load({"--log-components", "auth=loud"}), "log-components:"));
  CHECK(mentions(load({"--require-known-user", "--store", "none"}), "require-known-user:"));
}

TEST_CASE("config: the sample file is valid, and lists every option with its default") {
  const with_variable key{secret_variable, secret};
  const auto path = std::filesystem::path{PARLEY_ROOT} / "scripts/parleyd.sample.toml";
  std::ifstream in{path};
  REQUIRE(in);
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto unwrapped = std::regex_replace(text, std::regex{"\n# "}, " ");  // comments of several lines
  std::size_t last = 0;
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    const auto at = text.find("\n" + std::string{row.secret ? "# " : ""} + row.name + " = \"" + row.fallback + "\"\n");
    REQUIRE(at != std::string::npos);
    CHECK(at > last);
    last = at;
    CHECK(unwrapped.find(" " + row.help + (row.secret ? " " : "\n")) != std::string::npos);
  }
  CHECK(load({"--config", path.c_str()}).errors.empty());
}

namespace {

loaded_config load_text(const std::string& text) {
  const with_file file{text};
  const auto path = file.path();
  return load({"--config", path.c_str()});
}

}  // namespace

TEST_CASE("config: in a file, a comment ends a line, but not within quotes") {
  const auto loaded = load_text(
      "jwt-secret = \"ab#cd \" # not this\njwt-issuer = 'a#b'\ncors-origins = [\"http://a\", \"http://b\"]\n");
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.values.jwt_secret == "ab#cd ");
  CHECK(loaded.values.jwt_issuer == "a#b");
  CHECK(loaded.values.cors_origins == std::vector<std::string>{"http://a", "http://b"});
}

TEST_CASE("config: a file that could be misread is refused, with the line") {
  CHECK(mentions(load_text("\njwt-secret = \"a\"\njwt-secret = \"b\"\n"), "line 3: jwt-secret is set twice"));
  CHECK(mentions(load_text("listen = \"127.0.0.1:3000\n"), "line 1: a quote is not closed"));
  CHECK(mentions(load({"--config", "/etc"}), "config: /etc: cannot read it"));
  CHECK(mentions(load({"--config", "/nowhere"}), "config: /nowhere: cannot read it"));
}

TEST_CASE("config: a store that is none of those known, and a switch without a value, are refused") {
  const with_variable key{secret_variable, secret};
  for (const auto* store : {"None", "sqlite:", "sqlite::memory:", "host=db password=x", "parley.db", ""})
    CHECK(mentions(load({"--store", store}), "store:"));
  for (const auto* store : {"none", "sqlite:parley.db", "postgresql://db/parley", "postgres://db/parley"})
    CHECK(load({"--store", store}).errors.empty());
  CHECK(mentions(load({"--dev-auth="}), "dev-auth:"));
  CHECK(load({"--make-token", ""}).wanted == request::make_token);
}

TEST_CASE("config: durations, sizes and lists are read strictly") {
  using namespace parley::net::values;
  CHECK(parse_duration("300ms") == 300ms);
  CHECK(parse_duration("2m") == 120s);
  CHECK(parse_duration("30d") == 720h);
  CHECK(parse_duration("2w") == 336h);
  CHECK(parse_size("16KiB") == 16384U);
  CHECK(parse_size("1MB") == 1'000'000U);
  CHECK(parse_size("512") == 512U);
  for (const auto* wrong : {"", "s", "10", "-1s", "1.5s", "1 s", "99999999999999999999s", "9999999999999999h"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
  for (const auto* wrong : {"", "KiB", "-1", "1kib", "99999999999999999999"}) CHECK_FALSE(parse_size(wrong));
  CHECK(parse_list(" a, b,,c ") == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("config: listening addresses may be IPv6") {
  const with_variable key{secret_variable, secret};
  const auto loaded = load({"--listen", "[::1]:8080"});
  REQUIRE(loaded.errors.empty());
  CHECK(loaded.values.listen == std::vector<listen_address>{{.host = "::1", .port = 8080}});
}
