// One Socket.IO client of the dialect `rooms`, from the WebSocket upgrade to its room, without a
// socket: bytes in, bytes out. Only what a benchmark needs is understood; anything that must not
// happen ends the client with a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/load/frames.hpp"

namespace parley::bench {

/// Hears the messages (room and private) of all clients.
class message_handler {
 public:
  /// `payload` is the whole packet and lives as long as the call; `now` is when its bytes were
  /// read.
  virtual void on_message(std::uint32_t receiver, std::string_view payload, std::uint64_t now) = 0;

 protected:
  ~message_handler() = default;
};

/// What all clients have received.
struct traffic {
  std::uint64_t bytes;
  std::uint64_t messages;  ///< those given to the handler
  std::uint64_t notices;   ///< all other events: greetings, joins, presence
};

class client {
 public:
  /// Joins `room` before it is ready; none if that is empty.
  client(std::uint32_t number, std::string token, std::string room, traffic& counts, message_handler& handler);

  /// Puts the upgrade request into the output; the TCP connection stands.
  void start(std::string_view host);

  /// Takes whole frames from the front of `bytes`; returns how many bytes they were. The rest is to
  /// be given again.
  std::size_t consume(std::string_view bytes, std::uint64_t now);

  void emit(std::string_view event);

  void fail(std::string_view reason);

  bool ready() const { return stage_ == stage::ready; }
  const std::string& failure() const { return failure_; }

  /// Bytes to be written to the socket; the writer removes what it wrote.
  std::string& output() { return output_; }

 private:
  enum class stage : unsigned char { upgrading, opening, entering, greeting, joining, ready, failed };

  std::size_t consume_upgrade(std::string_view bytes);
  void on_frame(const frame& received, std::uint64_t now);
  void on_packet(std::string_view packet, std::uint64_t now);
  void on_socketio_packet(std::string_view packet, std::uint64_t now);
  void on_event(std::string_view packet, std::uint64_t now);
  void on_notice(std::string_view name, std::string_view packet);
  void say(std::string_view packet) { append_frame(output_, opcode::text, packet); }

  std::uint32_t number_;
  stage stage_ = stage::upgrading;
  std::string token_;
  std::string room_;
  traffic& counts_;
  message_handler& handler_;
  std::string output_;
  std::string failure_;
};

}  // namespace parley::bench
