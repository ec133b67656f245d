// What the generator can do to a server. Each scenario connects its own clients, measures, and
// prints one JSON object with its result to standard output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/load/server_process.hpp"
#include "tests/bench/load/swarm.hpp"

namespace parley::bench {

struct options {
  std::string scenario;
  endpoint server;
  pid_t pid = 0;
  std::vector<std::string> users;  // ids, in the order of the tokens
  std::vector<std::string> tokens;
  std::uint32_t at_once = 50;  // clients on their way to readiness
  std::uint32_t before = 0;    // connect, idle: clients that are there before measuring begins
  std::uint32_t count = 0;     // connect, idle: clients that are measured
  std::uint32_t groups = 1;    // room: rooms; direct: pairs; idle: rooms
  std::uint32_t members = 0;   // room: per room
  std::uint32_t senders = 1;   // room: in all rooms together
  std::uint32_t window = 1;    // saturated: messages of one sender under way
  std::uint32_t rate = 0;      // messages per second of all senders together; 0: saturated
  std::uint32_t text = 100;    // bytes of a message's text
  std::uint32_t warm_up = 2;   // seconds
  std::uint32_t seconds = 5;   // measured
};

/// Server CPU per connect, while `before` users are online.
int run_connect(const options& chosen);

/// Server CPU per delivery and latency of room messages.
int run_room(const options& chosen);

/// The same for private messages, each pair one way.
int run_direct(const options& chosen);

/// Resident memory per connection joined to a room, and the CPU of silence.
int run_idle(const options& chosen);

/// What one `send` and one `recv` of a frame cost on this machine: the floor beneath every lone
/// delivery.
int run_loopback(const options& chosen);

}  // namespace parley::bench
