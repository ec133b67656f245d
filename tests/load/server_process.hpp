// The measured server as the operating system sees it.
#pragma once

#include <cstdint>
#include <ctime>
#include <sys/types.h>

namespace parley::load {

/// Nanoseconds on the monotonic clock.
std::uint64_t now_ns();

/// CPU time of this process, in nanoseconds.
std::uint64_t own_cpu_ns();

class server_process {
 public:
  /// Ends the program when there is no such process.
  explicit server_process(pid_t pid);

  /// User and system time of all its threads, ended ones too: what /proc/PID/stat counts, but in
  /// nanoseconds.
  std::uint64_t cpu_ns() const;

  /// Resident set in bytes (VmRSS); 0 once it has ended.
  std::uint64_t resident_bytes() const;

 private:
  pid_t pid_;
  clockid_t clock_{};
  mutable std::uint64_t last_cpu_ = 0;
};

/// Prints `reason` to standard error and ends the program with code 1: a run that broke has
/// no result.
[[noreturn]] void give_up(const char* reason);

}  // namespace parley::load
