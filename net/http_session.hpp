// One HTTP/1.1 connection: reads a request, has the router answer it, writes the answer, and so on until it is closed,
// becomes a WebSocket, or moves to the shard that owns what it asks for. On the shard's thread only.
// Invariant: at most one request is being answered; `reply` is called at most once for it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/intrusive/list.hpp>

#include "net/header_scan.hpp"
#include "net/http_parser.hpp"
#include "net/http_request.hpp"
#include "net/runtime/tcp_socket.hpp"
#include "net/send_progress.hpp"
#include "net/ws_transport.hpp"
#include "protocol/web/forwarded.hpp"

namespace parley::net {

using http_response = boost::beast::http::response<boost::beast::http::string_body>;

struct http_limits {
  std::uint32_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = 1'000'000;
  std::chrono::milliseconds header_timeout{10'000};  // for the whole header, and for the whole body
  std::chrono::milliseconds idle_timeout{60'000};    // between two requests
  std::chrono::milliseconds send_timeout{20'000};    // how long a client may take nothing of its answer
};

/// Links a session into its shard's list of HTTP sessions.
using http_session_hook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct http_session_tag>,
                                                           boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class http_session final : public std::enable_shared_from_this<http_session>,
                           public http_session_hook,
                           public tcp_socket::user,
                           private timer_wheel::timer {
 public:
  /// Answers the requests of a shard's HTTP connections, and knows who they are.
  class router {
   public:
    virtual void add(http_session& opened) = 0;
    virtual void handle(std::shared_ptr<http_session> asking) = 0;
    /// With what pages of other origins need to read it.
    virtual void reply(http_session& to, http_response what) const = 0;
    /// Who asks, behind the proxies that are trusted.
    virtual web::request_source source_of(const http_session& asking) const = 0;

   protected:
    ~router() = default;
  };

  /// `peer`: the other side of the connection.
  http_session(io_shard& shard, std::unique_ptr<tcp_socket> socket, const web::ip_address& peer,
               const http_limits& limits, router& by);
  /// A visitor: one request that another node took from `peer`, whose reply goes to `answer`.
  http_session(io_shard& shard, http_request request, const web::ip_address& peer, const http_limits& limits,
               router& by, std::function<void(const http_response&)> answer);

  /// Reads the first request.
  void start();
  /// Has the request answered that it came with.
  void start_as_visitor();
  /// Nobody waits for the visitor's reply any more.
  void abandon();

  const http_request& request() const { return request_; }
  const web::ip_address& peer() const { return peer_; }
  std::string_view header(http_request::field name) const { return request_.value_of(name); }
  std::string_view header(std::string_view name) const { return request_.value_of(name); }
  bool wants_websocket() const;

  void reply(http_response what);
  /// Calls `gone` if the peer closes its connection before the reply; for replies that may take long.
  void watch_for_abort(std::function<void()> gone);

  /// The client has not taken all of the answer yet.
  bool is_writing() const { return phase_ == phase::writing; }

  /// Takes the socket out for a WebSocket; this session is over.
  upgrade_request take_upgrade();
  /// Goes on as another session on another shard, with the request it has: its router handles it there.
  void move_to(io_shard& owner, router& there);

  /// Closes at once; a request at hand is told that the server stops.
  void give_up();
  /// Closes when the request at hand is answered, or at once when there is none.
  void close_soon();

 private:
  struct parcel;

  /// What it is at.
  enum class phase : std::uint8_t { waiting, header, skipping, continuing, body, answering, writing, lingering };

  void on_readable() override;
  void on_writable() override { write_some(); }
  void on_timer(timer_wheel::time_point now) override;
  void wait_for_request();
  void read_header();
  void read_more();
  void take(boost::asio::const_buffer received);
  boost::system::error_code parse(boost::asio::const_buffer& bytes);
  bool has_all() const;
  void on_header();
  void read_body();
  void on_whole_request();
  void on_request();
  void refuse_header(boost::system::error_code failure, boost::asio::const_buffer bytes);
  void skip_header();
  void on_bad_request(boost::system::error_code failure);
  void write(std::string bytes);
  void write_some();
  void wait_until_writable();
  void on_written();
  void look_later() { shard_.arm(*this, limits_.send_timeout / send_progress::looks_per_timeout); }
  void on_timeout(std::string_view of);
  void forget_request();
  void check_for_abort();
  void linger();
  void discard();
  void close();

  io_shard& shard_;
  std::unique_ptr<tcp_socket> socket_;  // none for a visitor
  const http_limits& limits_;
  router& router_;
  phase phase_ = phase::waiting;
  boost::beast::flat_buffer buffer_;  // received, and not parsed yet
  http_request request_;
  std::optional<http_parser> parser_;  // into it
  std::unique_ptr<header_scan> scan_;  // into it, of a header that is too long
  std::string outgoing_;
  std::size_t sent_ = 0;  // of these
  send_progress progress_;
  std::function<void()> gone_;
  std::function<void(const http_response&)> answer_;  // of a visitor
  bool answering_ = false;
  bool closing_ = false;
  bool keep_alive_ = false;
  web::ip_address peer_;
};

}  // namespace parley::net
