#include "tests/contract/support/postgres_server.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

namespace parley::test {
namespace {

const std::string programs = "/usr/lib/postgresql/15/bin/";

/// The server refuses to run as root; Debian's package has made this user for it.
const passwd* server_user() {
  if (geteuid() != 0) return nullptr;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error{"there is no user postgres: install postgresql"};
  return user;
}

[[noreturn]] void become(const passwd* user, const std::string& log, std::vector<char*>& arguments) {
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (out >= 0) {
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
  }
  if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
    _exit(126);
  // After setuid, which would clear it. SIGQUIT is the server's immediate shutdown.
  prctl(PR_SET_PDEATHSIG, SIGQUIT);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

pid_t spawn(std::vector<std::string> command, const std::string& log) {
  std::vector<char*> arguments;
  for (auto& each : command) arguments.push_back(each.data());
  arguments.push_back(nullptr);
  const passwd* user = server_user();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error{"fork failed"};
  if (child == 0) become(user, log, arguments);
  return child;
}

void run(const std::vector<std::string>& command, const std::string& log) {
  int status = 0;
  if (waitpid(spawn(command, log), &status, 0) < 0 || status != 0)
    throw std::runtime_error{command.front() + " failed: install postgresql"};
}

}  // namespace

postgres_server& postgres_server::instance() {
  static postgres_server server;
  return server;
}

postgres_server::postgres_server() {
  // Short: a Unix socket's path has 107 characters at most.
  std::string pattern = "/tmp/parley-postgres-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
  folder_ = pattern;
  try {
    start();
  } catch (...) {
    std::filesystem::remove_all(folder_);
    throw;
  }
}

void postgres_server::start() {
  if (const passwd* user = server_user(); user != nullptr && chown(folder_.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error{"chown failed"};
  const std::string data = folder_ + "/data";
  const std::string log = folder_ + "/log";
  run({programs + "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"},
      log);
  process_ =
      spawn({programs + "postgres", "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c", "fsync=off"}, log);
  wait_until_ready();
}

void postgres_server::wait_until_ready() const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (true) {
    try {
      soci::session probe{*soci::factory_postgresql(), where("public")};
      return;
    } catch (const soci::soci_error&) {
      if (std::chrono::steady_clock::now() > until) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

postgres_server::~postgres_server() {
  if (process_ > 0) {
    kill(process_, SIGQUIT);
    waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string postgres_server::where(const std::string& schema) const {
  return "postgresql://postgres@/postgres?host=" + folder_ + "&options=-csearch_path%3D" + schema;
}

void postgres_server::create_schema(const std::string& schema) const {
  soci::session session{*soci::factory_postgresql(), where("public")};
  session << "create schema " + schema;
}

}  // namespace parley::test
