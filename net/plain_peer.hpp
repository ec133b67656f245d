// Plain frames: JSON text {"event", "data", "id"?} both ways over a bare WebSocket on a namespace's own path. One
// session, on that namespace; the same dialects and actors as for Socket.IO. On the shard's thread only.
#pragma once

#include "net/peer.hpp"

namespace parley::net {

class plain_peer final : public peer {
 public:
  plain_peer(network_actor& network, connection& over, const peer_limits& limits, dialects::namespace_id nsp)
      : peer{network, over, limits}, nsp_{nsp} {}

  void on_open() override;
  void on_message(std::string_view data, bool binary) override;
  void on_closed(std::string_view reason) override;

  void on_accepted(socket_slot& slot, const event_ptr& opened) override;
  void on_refused(socket_slot& slot, const error& reason) override;
  void on_ended(socket_slot& slot, const error& reason) override;
  void on_answer(socket_slot& slot, const origin& to, const dialects::wire_event& values) override;
  void on_question(socket_slot& slot, const domain_event& what, std::uint64_t ack_id) override;

 private:
  void fail_and_close(socket_slot& slot, const error& reason);

  dialects::namespace_id nsp_;
  socket_slot* slot_ = nullptr;
};

}  // namespace parley::net
