// One Socket.IO user without a socket: packets in, packets out. Connects, enters the namespace, joins its rooms and
// conversations, then speaks. Anything that must not happen ends it with a reason.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "tests/load/dialect.hpp"

namespace parley::load {

/// Hears what all users hear.
class audience {
 public:
  virtual void on_ready(std::uint32_t user) = 0;
  /// `packet` lives as long as the call; `now` is when its bytes were read.
  virtual void on_message(std::uint32_t user, word kind, std::string_view packet, std::uint64_t now) = 0;
  virtual void on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) = 0;
  /// Every other event; `confirms` is what it answers, if anything.
  virtual void on_notice(std::uint32_t user, const spoken* confirms, std::string_view packet) = 0;
  virtual void on_error(std::uint32_t user, std::string_view packet) = 0;

 protected:
  ~audience() = default;
};

/// What a user is and wants, the same at every connection.
struct persona {
  std::uint32_t number = 0;
  std::string id;
  std::string token;
  std::vector<std::string> rooms;
  std::vector<std::string> conversations;
};

/// Takes packets towards the server.
class packet_sink {
 public:
  virtual void send(std::string_view packet) = 0;

 protected:
  ~packet_sink() = default;
};

class user {
 public:
  static constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();

  user(const dialect& speaks, const persona& is, audience& heard_by)
      : dialect_{&speaks}, persona_{&is}, audience_{&heard_by} {}

  /// An Engine.IO packet.
  void on_packet(std::string_view packet, std::uint64_t now, packet_sink& out);

  /// Emits the word; with `ack`, the server's acknowledgement will come with that number.
  void say(word what, const blanks& values, const std::uint64_t* ack, packet_sink& out);
  void say_goodbye(packet_sink& out);

  bool ready() const { return stage_ == stage::ready; }
  /// What it waits for, until it is ready.
  std::string_view waits_for() const;
  /// How long the server may say nothing: it promised pings when the session was opened.
  std::uint64_t allowed_silence() const { return allowed_silence_; }
  const std::string& failure() const { return failure_; }
  void fail(std::string_view reason);

 private:
  enum class stage : unsigned char { opening, entering, greeting, joining, ready, failed };

  void on_opened(std::string_view packet);
  void enter(packet_sink& out);
  void on_socketio(std::string_view packet, std::uint64_t now, packet_sink& out);
  void on_entered(packet_sink& out);
  void on_event(std::string_view packet, std::uint64_t now, packet_sink& out);
  void on_joined();
  void join_all(packet_sink& out);
  void join(word what, const std::string& topic, packet_sink& out);
  void become_ready();
  std::string_view after_namespace(std::string_view packet) const;

  const dialect* dialect_;
  const persona* persona_;
  audience* audience_;
  stage stage_ = stage::opening;
  std::uint32_t joins_open_ = 0;
  std::uint64_t allowed_silence_ = no_limit;
  std::string failure_;
};

}  // namespace parley::load
