// The seam between what carries a client's messages (an Engine.IO session, a plain WebSocket) and what they mean
// (Socket.IO, plain frames, an echo). Both sides live on the shard's thread and see each other through these two
// interfaces.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/dialects/frame.hpp"
#include "protocol/web/ip_address.hpp"

namespace parley::net {

/// What the handshake's HTTP request told about the client; kept while the connection lives.
struct client_info {
  std::string authorization_header;
  std::string query_token;
  std::string query_user;
  std::string query_dialect;
  /// Where it comes from, as far as that can be told: behind a trusted proxy, what the proxy said.
  web::ip_address address{};
};

/// Why we end a connection: what a WebSocket client is told (RFC 6455, 7.4).
struct close_info {
  std::uint16_t code = 1000;
  std::string_view text{};
  /// The reason passes: a polling client's session ends in the way after which all libraries come back by themselves.
  bool returns = false;
};
inline constexpr close_info normal_closure{1000, ""};
inline constexpr close_info going_away{1001, "going away", true};
inline constexpr close_info policy_violation{1008, ""};
inline constexpr close_info silent_peer{1011, "ping timeout", true};  // as Python's `websockets` does
/// `why`: the code of an error that passes (1013 is of IANA's registry).
constexpr close_info try_again_later(std::string_view why) { return {1013, why, true}; }

/// How long a connection that is drained waits for the outcomes of what its client asked.
inline constexpr std::chrono::seconds drain_patience{1};

/// What carries messages. Lives until it has told its application `on_closed`.
class connection {
 public:
  /// In which its frames must be encoded. Asked for every recipient of a broadcast, so it is kept and not computed.
  dialects::framing framing() const { return framing_; }
  /// `what` must have been encoded for framing(). Never closes the connection within the call: a client that does not
  /// take it is closed afterwards.
  virtual void send(dialects::frame_ptr what) = 0;
  /// Sends what is queued, then closes. Says nothing of Socket.IO's: a client library that sees its transport closed
  /// comes back by itself, one that was told DISCONNECT does not.
  virtual void close(close_info why) = 0;
  /// The server stops: reads no further, waits for what is under way, and closes.
  virtual void drain() = 0;
  /// While paused no further message is given to the application.
  virtual void pause() = 0;
  virtual void resume() = 0;
  /// The client is behind with reading by so much that it should not be given more to wait for: what it asks is read
  /// when it has caught up, which its application is told by `on_drained`.
  virtual bool congested() = 0;

  /// The application is settled() again.
  virtual void on_settled() {}

  virtual const client_info& client() const = 0;

 protected:
  explicit connection(dialects::framing first) : framing_{first} {}
  ~connection() = default;

  void set_framing(dialects::framing now) { framing_ = now; }

 private:
  dialects::framing framing_;
};

/// What messages mean. Owned by its connection; may close it from any of these calls.
class application {
 public:
  virtual ~application() = default;
  virtual void on_open() = 0;
  virtual void on_message(std::string_view data, bool binary) = 0;
  /// The last call, with Engine.IO's reason.
  virtual void on_closed(std::string_view reason) = 0;
  /// Nothing that the client sent waits for an answer: all packets it caused have been sent.
  virtual bool settled() const { return true; }
  /// The client has caught up with reading, after its connection was congested().
  virtual void on_drained() {}
  /// Who the client is, for the log; empty where nobody knows.
  virtual std::string who() const { return {}; }
};

/// Makes the application of a new connection.
class application_factory {
 public:
  virtual ~application_factory() = default;
  virtual std::unique_ptr<application> make(connection& over) const = 0;
};

}  // namespace parley::net
