// A client as the network actor sees it: the application of a connection that has sessions. What is common to Socket.IO
// and plain frames is here: counting commands in flight, and answering them. On the shard's thread only. Invariant: at
// most `commands_in_flight` commands wait for their outcome, and `commands_per_second` are taken; beyond that, and
// while it is being decided who the client is, the connection is not read: what was sent behind a CONNECT waits for its
// answer.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "net/connection.hpp"
#include "net/network_actor.hpp"
#include "protocol/domain/token_bucket.hpp"

namespace parley::net {

struct peer_limits {
  std::size_t commands_in_flight = 32;
  /// Beyond this rate, bursts of one second's worth apart, a client is read more slowly; 0: as fast as it sends.
  double commands_per_second = 5000;
  std::size_t namespaces_per_connection = 16;
  std::chrono::milliseconds connect_timeout{45'000};
  dialects::payload_limits payload{};
  /// Arrays and objects inside one another, in what an event carries.
  std::size_t json_depth = 128;
  bool narrow = true;
  /// By the namespace's id: whether a client whose token is refused hears that in an event (auth_refusal.hpp).
  std::vector<bool> refuses_by_event{};
};

class peer : public application {
 public:
  peer(network_actor& network, connection& over, const peer_limits& limits)
      : network_{network}, over_{over}, limits_{limits}, throttle_{*this}, rate_{limits.commands_per_second} {}

  // -- told by the network actor -----------------------------------------------------------------------------------

  virtual void on_accepted(socket_slot& slot, const event_ptr& opened) = 0;
  virtual void on_refused(socket_slot& slot, const error& reason) = 0;
  virtual void on_ended(socket_slot& slot, const error& reason) = 0;
  virtual void on_answer(socket_slot& slot, const origin& to, const dialects::wire_event& values) = 0;
  virtual void on_question(socket_slot& slot, const domain_event& what, std::uint64_t ack_id) = 0;

  void on_outcome(socket_slot& slot, const outcome& done);
  /// `count` commands are no longer in flight: they have their outcomes, or never will.
  void settle(std::size_t count);

  connection& over() { return over_; }
  const web::ip_address& address() const { return over_.client().address; }
  void send(dialects::frame_ptr what) {
    if (what) over_.send(std::move(what));
  }
  void emit(const socket_slot& slot, const domain_event& what) {
    send(dialects::encode(network_.namespaces(), audience_of(slot), what));
  }
  static dialects::audience audience_of(const socket_slot& slot) {
    return {slot.nsp, slot.over->framing(), slot.hears};
  }

  bool settled() const override { return in_flight_ == 0; }
  void on_drained() override { control_flow(); }
  std::string who() const override;

 protected:
  /// Opens a session on a namespace for the client; one more is in flight until it is accepted or refused.
  socket_slot& open(dialects::namespace_id nsp, json_view auth);
  /// Decodes a client's event and passes the command on, or answers what is wrong with it.
  void submit(socket_slot& slot, const dialects::wire_command& what, origin from);
  /// Answers an event that was read and is not taken, in the words of the dialect that knows its name.
  void refuse_event(socket_slot& slot, const dialects::wire_command& what, origin from, error reason);
  /// How deep a frame may be: what an event carries is inside of one array, or object.
  json_text::limits depth_of_frame() const { return {limits_.json_depth + 1}; }
  /// What is said beside commands and costs as much counts as one.
  void charge();
  void fail(socket_slot& slot, const origin& from, error reason);
  /// The dialect in which a session is told what none has taken; where it hears several, none: that is `error`.
  static dialects::dialect_set spoken(const socket_slot& slot);
  dialects::taken decode(const socket_slot& slot, const dialects::wire_command& what) const;
  void forget(socket_slot& slot);
  void close_all();
  /// Logs whose session the server ends, and why.
  void log_end(const socket_slot& slot, const error& reason) const;

  network_actor& network_;
  connection& over_;
  const peer_limits& limits_;
  std::vector<socket_slot*> sockets_;

 private:
  /// Reads the client again when its rate allows.
  struct throttle final : timer_wheel::timer {
    explicit throttle(peer& whose) : owner{whose} {}
    void on_timer(timer_wheel::time_point) override { owner.control_flow(); }
    peer& owner;
  };

  void began(socket_slot& slot);
  void reject(socket_slot& slot, const dialects::wire_command& what, const origin& from, error reason);
  void control_flow();
  bool opening() const;
  bool too_fast();

  throttle throttle_;
  token_bucket rate_;
  std::size_t in_flight_ = 0;
  bool paused_ = false;
};

}  // namespace parley::net
