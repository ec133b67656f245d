#include "net/process_signals.hpp"

#include <algorithm>
#include <pthread.h>
#include <string>
#include <unistd.h>

#include "net/log.hpp"

namespace parley::net {
namespace {

using clock = std::chrono::steady_clock;

/// The process's word to itself; no other signal could be told from one that an operator sent.
int wake_signal() { return SIGRTMIN; }

std::optional<signal_event> meaning_of(int number) {
  if (number == SIGTERM || number == SIGINT) return signal_event::stop;
  if (number == SIGHUP) return signal_event::reload;
  if (number == wake_signal()) return signal_event::woken;
  log::info(log::component::server, "signal ignored", {{"signal", std::to_string(number)}});
  return std::nullopt;
}

timespec as_timespec(std::chrono::nanoseconds time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return {whole.count(), (time - whole).count()};
}

}  // namespace

process_signals::process_signals() {
  std::signal(SIGPIPE, SIG_IGN);  // who reads the log may go before us
  std::signal(SIGXFSZ, SIG_IGN);  // a limit of the size of files is as a full disk: the store says so
  sigemptyset(&taken_);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, wake_signal()}) sigaddset(&taken_, number);
  pthread_sigmask(SIG_BLOCK, &taken_, nullptr);
}

signal_event process_signals::wait() const {
  for (;;) {
    int number = 0;
    if (sigwait(&taken_, &number) != 0) continue;
    if (const auto meaning = meaning_of(number)) return *meaning;
  }
}

std::optional<signal_event> process_signals::wait_for(std::chrono::milliseconds time) const {
  const auto end = clock::now() + time;
  for (;;) {
    const auto left = as_timespec(std::max(clock::duration::zero(), end - clock::now()));
    const int number = sigtimedwait(&taken_, nullptr, &left);
    if (number > 0) {
      if (const auto meaning = meaning_of(number)) return meaning;
    } else if (clock::now() >= end) {
      return std::nullopt;
    }
  }
}

void process_signals::wake() { ::kill(::getpid(), wake_signal()); }

}  // namespace parley::net
