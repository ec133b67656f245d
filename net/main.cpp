// The process: reads the configuration, says what is wrong with it, or does what it asks for.

#include <chrono>
#include <cstdio>
#include <utility>

#include "net/config.hpp"
#include "net/log.hpp"
#include "net/preflight.hpp"
#include "net/reloader.hpp"
#include "net/server.hpp"
#include "protocol/auth/sign.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

// jemalloc reads it before anything else. Connections come by the thousand and take the same sizes each: pages for more
// of them at once (4 or 20 instead of 1 to 7) spare 1,400 of the 50,500 instructions of a connect. Each of the few
// dozen sizes wastes at most 80 KiB per thread.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "slab_sizes:16-256:4|257-1792:20";
}

namespace {

using namespace parley;

constexpr int bad_configuration = 2;

int make_token(const net::loaded_config& loaded) {
  auto claims = json_text::parse(loaded.claims);
  if (!claims || !claims->is_object()) {
    std::fputs("parleyd: make-token: the claims must be a JSON object\n", stderr);
    return bad_configuration;
  }
  const auto now = std::chrono::system_clock::now();
  const auto seconds = [](auto at) {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  };
  claims->emplace("iat", seconds(now));
  claims->emplace("exp", seconds(now + loaded.token_ttl));
  const auto token = auth::sign_hs256(*claims, loaded.values.jwt_secret);
  if (!token) return bad_configuration;
  std::puts(token->c_str());
  return 0;
}

void tell(const char* kind, const std::vector<std::string>& sentences) {
  for (const auto& each : sentences) std::fprintf(stderr, "parleyd: %s%s\n", kind, each.c_str());
}

int check(const net::loaded_config& loaded) {
  tell("warning: ", loaded.warnings);
  const auto errors = net::check_surroundings(loaded.values);
  tell("", errors);
  if (!errors.empty()) return bad_configuration;
  std::puts("configuration is valid");
  return 0;
}

int serve(net::loaded_config loaded, int argc, char** argv) {
  if (const auto wrong = net::log::configure(net::log_options(loaded.values))) {
    std::fprintf(stderr, "parleyd: log-file: %s\n", wrong->c_str());
    return 1;
  }
  for (const auto& each : loaded.warnings)
    net::log::warn(net::log::component::server, "configuration", {{"remark", each}});
  return net::run(std::move(loaded), [argc, argv] { return net::load_config(argc, argv); });
}

}  // namespace

int main(int argc, char** argv) {
  auto loaded = net::load_config(argc, argv);
  if (!loaded.errors.empty()) {
    tell("", loaded.errors);
    return bad_configuration;
  }
  switch (loaded.wanted) {
    case net::request::show_help:
      std::fputs(loaded.text.c_str(), stdout);
      return 0;
    case net::request::show_version:
      std::puts("parleyd " PARLEY_VERSION);
      return 0;
    case net::request::check:
      return check(loaded);
    case net::request::make_token:
      return make_token(loaded);
    case net::request::serve:
      break;
  }
  return serve(std::move(loaded), argc, argv);
}
