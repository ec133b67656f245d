// bench-load SCENARIO --server http://HOST:PORT --pid PID --tokens FILE [--option value …]: one
// scenario against one server, its result as one JSON object on standard output. See ../README.md.
#include <arpa/inet.h>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string_view>
#include <sys/resource.h>

#include "tests/bench/load/scenarios.hpp"

namespace {

using parley::bench::endpoint;
using parley::bench::give_up;
using parley::bench::options;

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) give_up("an option wants a number");
  return value;
}

endpoint parse_server(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  const auto colon = url.rfind(':');
  if (!url.starts_with(scheme) || colon < scheme.size()) give_up("--server wants http://HOST:PORT");
  const std::string host{url.substr(scheme.size(), colon - scheme.size())};
  endpoint server{{}, std::string{url.substr(scheme.size())}};
  server.address.sin_family = AF_INET;
  server.address.sin_port = htons(static_cast<std::uint16_t>(number(url.substr(colon + 1))));
  if (inet_pton(AF_INET, host.c_str(), &server.address.sin_addr) != 1) give_up("--server wants an IPv4 address");
  if (ntohl(server.address.sin_addr.s_addr) >> 24 != 127) give_up("the server must run on this machine");
  return server;
}

/// A line per user: id, blank, token.
void read_tokens(options& into, const std::string& path) {
  std::ifstream file{path};
  if (!file) give_up("the file of tokens cannot be read");
  for (std::string user, token; file >> user >> token;) {
    into.users.push_back(user);
    into.tokens.push_back(token);
  }
}

void set(options& chosen, std::string_view name, const char* value) {
  static const std::map<std::string_view, std::uint32_t options::*> numbers{
      {"--at-once", &options::at_once}, {"--before", &options::before},   {"--count", &options::count},
      {"--groups", &options::groups},   {"--members", &options::members}, {"--senders", &options::senders},
      {"--window", &options::window},   {"--rate", &options::rate},       {"--text", &options::text},
      {"--warm-up", &options::warm_up}, {"--seconds", &options::seconds},
  };
  const auto found = numbers.find(name);
  if (found != numbers.end()) {
    chosen.*(found->second) = number(value);
  } else if (name == "--server") {
    chosen.server = parse_server(value);
  } else if (name == "--pid") {
    chosen.pid = static_cast<pid_t>(number(value));
  } else if (name == "--tokens") {
    read_tokens(chosen, value);
  } else {
    give_up("unknown option");
  }
}

options parse(int argc, char** argv) {
  if (argc < 2 || argc % 2 != 0) give_up("usage: bench-load SCENARIO --option value …");
  options chosen;
  chosen.scenario = argv[1];
  for (int i = 2; i < argc; i += 2) set(chosen, argv[i], argv[i + 1]);
  const bool needs_server = chosen.scenario != "loopback";
  if (needs_server && (chosen.server.host.empty() || chosen.tokens.empty())) {
    give_up("--server, --pid and --tokens are needed");
  }
  if (chosen.groups == 0 || chosen.senders == 0) give_up("--groups and --senders begin at 1");
  return chosen;
}

void allow_many_sockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  static const std::map<std::string_view, int (*)(const options&)> scenarios{
      {"connect", parley::bench::run_connect},   {"room", parley::bench::run_room},
      {"direct", parley::bench::run_direct},     {"idle", parley::bench::run_idle},
      {"loopback", parley::bench::run_loopback},
  };
  const auto chosen = parse(argc, argv);
  const auto scenario = scenarios.find(chosen.scenario);
  if (scenario == scenarios.end()) give_up("unknown scenario: connect, room, direct, idle or loopback");
  allow_many_sockets();
  return scenario->second(chosen);
}
