// What is said about a configuration beside what single options say: the help, and what would be ignored.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "net/config.hpp"
#include "net/config_help.hpp"
#include "net/config_options.hpp"

using namespace parley::net;

namespace {

/// Environment variables for the length of a test.
class with_environment {
 public:
  explicit with_environment(std::vector<std::pair<std::string, std::string>> all) : all_{std::move(all)} {
    for (const auto& [name, value] : all_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~with_environment() {
    for (const auto& [name, value] : all_) ::unsetenv(name.c_str());
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

const std::pair<std::string, std::string> secret{"PARLEY_JWT_SECRET", "0123456789abcdef0123456789abcdef"};

loaded_config load(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "parleyd");
  return load_config(static_cast<int>(arguments.size()), arguments.data());
}

std::size_t count(const std::vector<std::string>& sentences, std::string_view what) {
  return static_cast<std::size_t>(std::count_if(sentences.begin(), sentences.end(), [what](const std::string& each) {
    return each.find(what) != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("config: what is given twice is told once, in our words") {
  const with_environment key{{secret}};
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"--ping-interval", "2s", "--ping-interval", "3s"},
                                                                     {"--ping-interval=2s", "--ping-interval=2s"}}) {
    const auto loaded = load(arguments);
    REQUIRE(loaded.errors.size() == 1);
    CHECK(loaded.errors[0] == "ping-interval: is given twice on the command line");
  }
  CHECK(count(load({"--deflate", "--deflate"}).errors, "deflate: is given twice") == 1);
  CHECK(count(load({"--metrics", "--no-metrics"}).errors, "metrics: is given twice") == 1);
  CHECK(count(load({"--config", "/a", "--config", "/b"}).errors, "config: is given twice") == 1);
  const with_environment both{{{"PARLEY_PING_INTERVAL", "2s"}}};
  CHECK(load({"--ping-interval", "3s"}).errors.empty());
}

TEST_CASE("config: a flag without its value is told in our words") {
  const with_environment key{{secret}};
  CHECK(count(load({"--ping-interval"}).errors, "ping-interval: needs a value") == 1);
}

TEST_CASE("config: a switch is switched off by --no-NAME and by =false, and on by its name") {
  const with_environment key{{secret}};
  for (const auto* off : {"--no-metrics", "--metrics=false", "--metrics=no", "--no-metrics=true"}) {
    CAPTURE(off);
    const auto loaded = load({off});
    CHECK(loaded.errors.empty());
    CHECK_FALSE(loaded.values.metrics);
  }
  for (const auto* on : {"--metrics", "--metrics=true", "--no-metrics=false"}) CHECK(load({on}).values.metrics);
  CHECK(load({"--deflate"}).values.deflate);
  CHECK_FALSE(load({"--no-deflate"}).values.deflate);
}

TEST_CASE("config: an environment variable that sets nothing is an error; those of others are left alone") {
  const with_environment key{{secret}};
  const with_environment typo{{{"PARLEY_PING_INTERVALL", "2s"}}};
  CHECK(count(load({}).errors, "PARLEY_PING_INTERVALL: no such option") == 1);
}

TEST_CASE("config: variables of our scripts, and those of a service that is called parley, are no options") {
  const with_environment key{{secret}};
  const with_environment others{{{"PARLEY_BUILD_TESTING", "OFF"},
                                 {"PARLEY_NICE", "1"},
                                 {"PARLEY_PORT", "tcp://10.0.0.7:3000"},
                                 {"PARLEY_PORT_3000_TCP_ADDR", "10.0.0.7"},
                                 {"PARLEY_SERVICE_HOST", "10.0.0.7"}}};
  CHECK(load({}).errors.empty());
}

TEST_CASE("config: what would be ignored is an error") {
  CHECK(count(load({"--dev-auth", "--jwt-issuer", "x"}).errors, "jwt-issuer: means nothing") == 1);
  const with_environment key{{secret}};
  CHECK(count(load({"--dev-auth-force"}).errors, "dev-auth-force: means nothing") == 1);
  CHECK(count(load({"--node-name", "a"}).errors, "node-name: means nothing") == 1);
  CHECK(count(load({"--store", "none", "--retention-age", "30d"}).errors, "retention-age: means nothing") == 1);
  CHECK(count(load({"--transports", "websocket", "--post-timeout", "2s"}).errors, "post-timeout: means nothing") == 1);
  CHECK(count(load({"--token-ttl", "1h"}).errors, "token-ttl: means nothing") == 1);
  CHECK(count(load({"--conformance", "--ping-interval", "2s"}).errors, "ping-interval: means nothing") == 1);
}

TEST_CASE("config: addresses of other nodes are checked") {
  const with_environment key{{secret}};
  std::vector<const char*> node{"--cluster-listen", "127.0.0.1:4000", "--cluster-insecure", "--store",
                                "postgresql://db/p"};
  CHECK(load(node).errors.empty());
  node.insert(node.end(), {"--cluster-join", "dns:nodes:4000,other", "--cluster-advertise", "here"});
  CHECK(count(load(node).errors, "cluster-join: other is neither") == 1);
  CHECK(count(load(node).errors, "cluster-advertise: must be HOST:PORT") == 1);
}

TEST_CASE("config: a token that fits no header is warned of, and the default one does") {
  const with_environment key{{secret}};
  CHECK(load({}).warnings.empty());
  const auto loaded = load({"--token-bytes", "40KiB"});
  CHECK(loaded.errors.empty());
  CHECK(count(loaded.warnings, "header-bytes is 32768") == 1);
  CHECK(load({"--token-bytes", "40KiB", "--header-bytes", "48KiB"}).warnings.empty());
}

TEST_CASE("config: ranges are told in the units that one writes") {
  const with_environment key{{secret}};
  CHECK(count(load({"--ping-interval", "1d"}).errors, "must be from 50ms to 1h") == 1);
  CHECK(count(load({"--jwt-leeway", "1h"}).errors, "must be from 0s to 5m") == 1);
  CHECK(load({"--retention-age", "30d"}).values.retention_age == std::chrono::hours{720});
}

TEST_CASE("help: every option is there with its default, and a sentence that ends") {
  const auto text = help_text();
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    CHECK(row.help.ends_with('.'));
    CHECK(std::isupper(static_cast<unsigned char>(row.help.front())) != 0);
    if (row.is_flag)
      CHECK(text.find((row.fallback == "true" ? "  --no-" : "  --") + row.name + "\n") != std::string::npos);
    else if (!row.secret && !row.fallback.empty())
      CHECK(text.find("  --" + row.name + " VALUE  [" + row.fallback + "]\n") != std::string::npos);
  }
  CHECK(text.find("{true}") == std::string::npos);
  CHECK(text.find("On by default; --no-metrics switches it off.") != std::string::npos);
}

TEST_CASE("help: a secret is an environment variable, and no flag") {
  const auto text = help_text();
  CHECK(text.find("--jwt-secret") == std::string::npos);
  CHECK(text.find("  PARLEY_JWT_SECRET  (environment variable)\n") != std::string::npos);
}
