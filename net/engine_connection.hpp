// An Engine.IO session on this shard: its state machine, its transports and its application. Between the HTTP and
// WebSocket connections, which come and go, and the application, which lives as long as the session. Invariant: frames
// wait in `queue_` in the framing of polling; once the session's transport is a WebSocket the queue is empty, and
// frames go to that transport's outbox.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/connection.hpp"
#include "net/http_session.hpp"
#include "net/runtime/io_shard.hpp"
#include "net/ws_transport.hpp"
#include "protocol/engineio/handshake.hpp"
#include "protocol/engineio/session.hpp"

namespace parley::net {

struct engine_options {
  std::string path = "/socket.io/";
  engineio::options session{};
  engineio::open_packets open_packets{session};
  bool polling = true;
  bool websocket = true;
  bool allow_v3 = false;
  bool deflate = false;
  outbox_limits outbox{};
  std::size_t compression_threshold = 1024;
  /// A POST is answered when all commands in it have been; no later than this, whatever they wait for.
  std::chrono::milliseconds post_timeout{1000};
  /// Packets in one polling request.
  std::size_t payload_packets = 10'000;
};

class engine_connection final : public connection,
                                public std::enable_shared_from_this<engine_connection>,
                                private flushable,
                                private timer_wheel::timer {
 public:
  /// What a session needs from its shard.
  class owner {
   public:
    virtual void reply(http_session& to, http_response what) const = 0;
    virtual void on_closed(engine_connection& gone) = 0;

   protected:
    ~owner() = default;
  };

  engine_connection(io_shard& shard, owner& by, const engine_options& options, std::string sid,
                    engineio::version protocol, engineio::transport first, client_info client);

  const std::string& sid() const { return sid_; }
  engineio::transport current_transport() const { return session_.current_transport(); }
  void set_application(std::unique_ptr<application> app) { app_ = std::move(app); }

  // -- requests that belong to this session --------------------------------------------------------------------------

  /// The GET that opened the session: it is answered with the open packet, alone. `base64_only`: a 2.x client's, which
  /// cannot be answered with binary payloads.
  void open_by_poll(std::shared_ptr<http_session> asking, bool base64_only);
  void open_by_websocket(std::shared_ptr<http_session> asking);
  void on_poll(std::shared_ptr<http_session> asking);
  void on_post(std::shared_ptr<http_session> asking);
  void on_upgrade(std::shared_ptr<http_session> asking);

  /// Closes at once.
  void abort();

  // -- connection ----------------------------------------------------------------------------------------------------

  void send(dialects::frame_ptr what) override;
  void close(close_info why) override;
  void drain() override;
  void pause() override;
  void resume() override;
  bool congested() override;
  void on_settled() override;
  const client_info& client() const override { return client_; }

 private:
  /// One WebSocket of this session, told apart by what it is for.
  struct leg final : ws_transport::listener {
    leg(engine_connection& whose, bool probing) : owner{whose}, probe{probing} {}
    ~leg();
    void on_ws_open(dialects::compression agreed) override;
    void on_ws_message(std::string_view data, bool text) override;
    void on_ws_drained() override { owner.app_->on_drained(); }
    void on_ws_slow(const slow_client& how) override;
    void on_ws_closed(std::string_view reason) override;

    engine_connection& owner;
    std::shared_ptr<ws_transport> transport;
    bool probe;
    dialects::compression compression = dialects::compression::none;
  };

  /// The HTTP request that is being handled, and the packet, for the actions they lead to.
  struct at_hand {
    std::shared_ptr<http_session> request{};
    const engineio::packet_view* packet = nullptr;
  };

  void apply(const engineio::actions& list, const at_hand& what);
  void apply(const engineio::action& next, const at_hand& what);
  void apply_to_request(const engineio::action& next, const at_hand& what);
  void apply_to_websocket(const engineio::action& next, const at_hand& what);
  void apply_to_session(const engineio::action& next, const at_hand& what);
  void park(std::shared_ptr<http_session> asking);
  void release_poll();
  void answer_poll(const at_hand& what, engineio::packet_type packet);
  void reply_payload(std::shared_ptr<http_session> to, std::string payload);
  std::string take_queue();
  void queue_for_poll(dialects::frame_ptr what);
  void drop_droppable();
  void check_poller(timer_wheel::time_point now);
  void close_slow_poller(std::string_view limit);
  void adopt_probe();
  void queue_packet(engineio::packet_view packet);
  void on_packet(engineio::transport from, const engineio::packet_view& packet);
  void on_leg_message(leg& from, std::string_view data, bool text);
  void on_leg_closed(leg& from, std::string_view reason);
  std::unique_ptr<leg> make_leg(http_session& asking, bool probe);
  void read_post();
  void finish_post();
  void finish_post_soon();
  bool post_is_done() const;
  dialects::framing framing_of(const leg& over) const;
  /// After any change of what carries the session: how frames leave from now on.
  void choose_way();
  void end(std::string_view reason);
  bool draining() const { return drain_by_ != timer_wheel::time_point::max(); }
  void close_when_idle();
  void close_drained();
  void close_when_idle_soon();
  void flush() override;
  void on_timer(timer_wheel::time_point now) override;
  void rearm();

  ws_transport* out_ = nullptr;  // that of `websocket_`
  io_shard& shard_;
  owner& owner_;
  const engine_options& options_;
  std::string sid_;
  client_info client_;
  engineio::session session_;
  std::unique_ptr<application> app_;
  std::unique_ptr<leg> websocket_;
  std::unique_ptr<leg> probe_;

  /// What only long-polling needs; absent on a WebSocket.
  struct polling {
    std::shared_ptr<http_session> parked;
    std::shared_ptr<http_session> posting;
    std::weak_ptr<http_session> answered;  // the last GET that got packets: the client may still be reading them
    std::vector<engineio::packet> received;
    std::size_t next = 0;  // of `received`
    timer_wheel::time_point settle_by = timer_wheel::time_point::max();
    timer_wheel::time_point waits_since{};  // something is queued, and no GET has come
    std::vector<dialects::frame_ptr> queue;
    std::size_t queued_bytes = 0;
    bool takes_binary = false;  // a 2.x client's GETs
    bool tells_when_drained = false;
  };
  std::unique_ptr<polling> polling_;

  timer_wheel::time_point armed_for_ = timer_wheel::time_point::max();
  timer_wheel::time_point drain_by_ = timer_wheel::time_point::max();  // then it is closed whatever is under way
  close_info close_info_ = normal_closure;
  bool paused_ = false;
  bool slow_ = false;     // it is closed for that
  bool closing_ = false;  // as soon as an upgrade has ended
};

}  // namespace parley::net
