#include "tests/load/server_process.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace parley::load {
namespace {

std::uint64_t read_clock(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) give_up("there is no clock");
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

std::uint64_t now_ns() { return read_clock(CLOCK_MONOTONIC); }

std::uint64_t own_cpu_ns() { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }

server_process::server_process(pid_t pid) : pid_{pid} {
  if (pid <= 0 || clock_getcpuclockid(pid, &clock_) != 0) give_up("no process with this pid");
}

// One that has ended keeps the last it had.
std::uint64_t server_process::cpu_ns() const {
  timespec time{};
  if (clock_gettime(clock_, &time) != 0) return last_cpu_;
  last_cpu_ = static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
  return last_cpu_;
}

std::uint64_t server_process::resident_bytes() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return 0;
}

void give_up(const char* reason) {
  std::fprintf(stderr, "parley-load: %s\n", reason);
  std::exit(1);
}

}  // namespace parley::load
