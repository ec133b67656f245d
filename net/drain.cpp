#include "net/drain.hpp"

#include <algorithm>
#include <limits>

namespace parley::net {
namespace {

constexpr auto all = std::numeric_limits<std::size_t>::max();

/// How many may have been closed by the end of the step that is `elapsed` after the beginning; each counts when its
/// time begins.
std::size_t allowed_after(drained::clock::duration elapsed, std::size_t rate) {
  if (rate == 0) return all;
  constexpr std::size_t second = 1000;
  const auto passed = std::chrono::floor<std::chrono::milliseconds>(elapsed) + drain_step;
  return (static_cast<std::size_t>(passed.count()) * rate + second - 1) / second;
}

/// False when the time is over, or it was told to hurry, before all clients were gone.
bool close_at_pace(drained& server, const drain_plan& plan) {
  const auto begin = server.now();
  std::size_t closed = 0;
  while (server.clients() > 0) {
    const auto elapsed = server.now() - begin;
    if (elapsed >= plan.timeout) return false;
    const auto allowed = allowed_after(elapsed, plan.rate);
    if (allowed > closed) closed += server.close_clients(allowed - closed);
    if (server.clients() > 0 && !server.wait(drain_step)) return false;
  }
  return true;
}

void close_the_rest(drained& server) {
  server.close_clients(all);
  const auto end = server.now() + last_close;
  while (server.clients() > 0 && server.now() < end) server.wait(drain_step);
}

}  // namespace

std::size_t drain(drained& server, const drain_plan& plan) {
  const bool patient = plan.delay.count() == 0 || server.wait(plan.delay);
  server.refuse_new_clients();
  if (patient && close_at_pace(server, plan)) return 0;
  const auto left = server.clients();
  close_the_rest(server);
  return left;
}

}  // namespace parley::net
