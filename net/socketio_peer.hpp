// Socket.IO over an Engine.IO session: packets ↔ sessions on namespaces. A packet that breaks the protocol closes the
// whole connection; everything else is answered. On the shard's thread only.
#pragma once

#include "net/peer.hpp"
#include "protocol/socketio/decoder.hpp"

namespace parley::net {

class socketio_peer final : public peer, private timer_wheel::timer {
 public:
  socketio_peer(network_actor& network, connection& over, const peer_limits& limits, socketio::version protocol);

  void on_open() override;
  void on_message(std::string_view data, bool binary) override;
  void on_closed(std::string_view reason) override;

  void on_accepted(socket_slot& slot, const event_ptr& opened) override;
  void on_refused(socket_slot& slot, const error& reason) override;
  void on_ended(socket_slot& slot, const error& reason) override;
  void on_answer(socket_slot& slot, const origin& to, const dialects::wire_event& values) override;
  void on_question(socket_slot& slot, const domain_event& what, std::uint64_t ack_id) override;

 private:
  void on_begun(const socketio::packet& begun);
  void on_packet(const socketio::packet& packet);
  void on_connect(const socketio::packet& packet);
  /// `said` holds it where the packet does not.
  static json_view auth_of(const socketio::packet& packet, json_text::document& said);
  void on_event(socket_slot& slot, const socketio::packet& packet);
  void on_ack(socket_slot& slot, const socketio::packet& packet);
  void refuse(std::string_view nsp, std::string_view message, std::string_view code);
  /// Ends all of the connection, so that the client comes back by itself.
  void end_for_now(socket_slot& slot, const error& reason);
  void violate(socketio::violation what);
  void send_packet(std::string_view socketio_packet);
  socket_slot* find(std::string_view nsp);
  void leave(socket_slot& slot);
  /// The server ended the client's session there; what the client sent before it knew of that is not held against it.
  bool was_ended(std::string_view nsp) const;
  /// Tells the client, and disconnects it from the namespace.
  void end(socket_slot& slot, const error& reason);
  /// Lets a client in for as long as it takes to tell it, in an event, why it is not.
  void refuse_by_event(socket_slot& slot, const error& reason);
  /// It has been on no namespace for too long.
  void on_timer(timer_wheel::time_point now) override;

  socketio::version protocol_;
  socketio::decoder decoder_;
  std::vector<dialects::namespace_id> ended_;  // by the server, and not joined again since
};

}  // namespace parley::net
