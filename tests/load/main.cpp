// parley-load SCRIPT.json --target URL [--target URL]…: plays a load script against one or several servers. README.md.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <netdb.h>
#include <random>
#include <sstream>
#include <sys/resource.h>

#include <CLI/CLI.hpp>

#include "tests/load/metrics.hpp"
#include "tests/load/performance.hpp"
#include "tests/load/report.hpp"

namespace {

namespace fs = std::filesystem;
using namespace parley;
using namespace parley::load;

struct options {
  std::string script;
  std::vector<std::string> targets;
  std::vector<pid_t> pids;
  std::string report = "load-reports";
  std::string run;
};

std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) give_up(("cannot read " + path).c_str());
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

constexpr unsigned long most_port = 65'535;

endpoint resolve(const std::string& url, const std::string& path) {
  constexpr std::string_view scheme = "http://";
  const auto colon = url.rfind(':');
  if (!url.starts_with(scheme) || colon == std::string::npos || colon < scheme.size())
    give_up("--target wants http://HOST:PORT");
  const auto host = url.substr(scheme.size(), colon - scheme.size());
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto port = url.substr(colon + 1);
  if (port.ends_with('/')) port.pop_back();
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
      std::stoul(port) > most_port)
    give_up("--target wants http://HOST:PORT; a path stands in the dialect");
  if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) give_up("--target: no such host or port");
  endpoint made;
  made.socket_address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  made.where = {host + ":" + port, path};
  freeaddrinfo(found);
  return made;
}

void allow_many_sockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

[[noreturn]] void refuse(const complaints& why) {
  for (const auto& each : why) std::fprintf(stderr, "parley-load: %s\n", each.c_str());
  std::exit(2);
}

void write(const fs::path& to, const std::string& text) {
  std::ofstream file{to, std::ios::binary};
  file << text;
  if (!file.flush()) give_up(("cannot write " + to.string()).c_str());
}

std::string new_run_name() {
  std::random_device source;
  std::ostringstream name;
  name << std::hex << source() % 0xffffff << "-";
  return name.str();
}

int play(const options& chosen) {
  const auto parsed = parse_script(fs::path{chosen.script}.stem().string(), read_file(chosen.script));
  if (!parsed) refuse(parsed.failure());
  const auto speaks = make_dialect(parsed->dialect, parsed->events);
  if (!speaks) refuse(speaks.failure());
  if (const auto wrong = check_actions(*parsed, *speaks); !wrong.empty()) refuse(wrong);
  const char* secret = std::getenv("PARLEY_JWT_SECRET");
  if (secret == nullptr || *secret == '\0')
    refuse({"set PARLEY_JWT_SECRET to the server's secret: it signs the users' tokens"});
  std::vector<endpoint> targets;
  for (const auto& each : chosen.targets) targets.push_back(resolve(each, speaks->path));
  const server_group servers{chosen.pids};
  const setting how{*parsed, *speaks, targets, servers, secret, chosen.run.empty() ? new_run_name() : chosen.run};
  fs::create_directories(chosen.report);
  const auto on = std::make_unique<stage>(how);
  const auto result = result_of(*on, perform(*on));
  std::cout << terminal_table(result);
  write(fs::path{chosen.report} / (parsed->name + ".json"),
        result.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  write(fs::path{chosen.report} / (parsed->name + ".html"), html_page(result));
  std::cout << "report: " << (fs::path{chosen.report} / (parsed->name + ".html")).string() << "\n";
  const auto& judged = result.at("expectations");
  return std::all_of(judged.begin(), judged.end(), [](const json& each) { return each.at("met").get<bool>(); }) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Plays a load script against a Socket.IO server, checks every message, and reports."};
  options chosen;
  app.add_option("script", chosen.script, "the script, a JSON file")->required();
  app.add_option("--target", chosen.targets, "http://HOST:PORT of a server; users are spread over all")->required();
  app.add_option("--pid", chosen.pids, "a server's process, for its CPU and memory");
  app.add_option("--report", chosen.report, "the folder of the result (JSON) and the report (HTML)");
  app.add_option("--run", chosen.run, "what names of users and rooms begin with; by default something new");
  CLI11_PARSE(app, argc, argv);
  allow_many_sockets();
  try {
    return play(chosen);
  } catch (const std::exception& wrong) {
    give_up(wrong.what());
  }
}
