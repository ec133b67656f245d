#include "net/http_session.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/write.hpp>

#include "net/http_reply.hpp"
#include "net/log.hpp"
#include "net/metrics.hpp"

namespace parley::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

// Shared by all connections of a thread: what was received is parsed, copied or thrown away before another is read.
thread_local std::array<char, 64 * 1024> received;

/// Empty lines, which may come before a request.
std::size_t blank_before(asio::const_buffer bytes) {
  const std::string_view text{static_cast<const char*>(bytes.data()), bytes.size()};
  return std::min(text.find_first_not_of("\r\n"), text.size());
}

/// Takes what Beast writes.
struct text_stream {
  std::string text;

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, beast::error_code& failure) {
    failure = {};
    const auto before = text.size();
    for (const asio::const_buffer each : beast::buffers_range_ref(buffers))
      text.append(static_cast<const char*>(each.data()), each.size());
    return text.size() - before;
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    beast::error_code ignored;
    return write_some(buffers, ignored);
  }
};

}  // namespace

http_session::http_session(io_shard& shard, std::unique_ptr<tcp_socket> socket, const web::ip_address& peer,
                           const http_limits& limits, router& by)
    : shard_{shard},
      socket_{std::move(socket)},
      limits_{limits},
      router_{by},
      buffer_{limits.header_bytes + 4096},
      peer_{peer} {}

http_session::http_session(io_shard& shard, http_request request, const web::ip_address& peer,
                           const http_limits& limits, router& by, std::function<void(const http_response&)> answer)
    : shard_{shard},
      limits_{limits},
      router_{by},
      request_{std::move(request)},
      answer_{std::move(answer)},
      peer_{peer} {}

void http_session::start_as_visitor() {
  answering_ = true;
  router_.handle(shared_from_this());
}

void http_session::abandon() {
  answering_ = false;
  if (const auto gone = std::exchange(gone_, nullptr)) gone();
}

void http_session::start() {
  router_.add(*this);
  read_header();
}

// RFC 6455, 4.2.1.
bool http_session::wants_websocket() const {
  return request_.method() == http::verb::get && request_.minor_version() >= 1 &&
         request_.has_token(http::field::connection, "upgrade") &&
         request_.has_token(http::field::upgrade, "websocket");
}

void http_session::on_readable() {
  if (!socket_ || !socket_->is_open()) return;
  switch (phase_) {
    case phase::waiting:
      return read_header();
    case phase::header:
    case phase::body:
      return read_more();
    case phase::answering:
      return check_for_abort();
    case phase::lingering:
      return discard();
    case phase::skipping:
      return skip_header();
    case phase::continuing:
    case phase::writing:
      return;
  }
}

// -- reading ---------------------------------------------------------------------------------------------------------

// An idle connection holds no buffer and no parser: those come with the first byte of the next request.
void http_session::wait_for_request() {
  if (buffer_.size() > 0) return read_header();
  phase_ = phase::waiting;
  buffer_.shrink_to_fit();
  shard_.arm(*this, limits_.idle_timeout);
  socket_->await_readable(shared_from_this());
}

void http_session::read_header() {
  phase_ = phase::header;
  parser_.emplace(request_);
  parser_->header_limit(limits_.header_bytes);
  parser_->body_limit(limits_.body_bytes);
  if (buffer_.size() > 0)
    take({});
  else
    read_more();
  // Most come whole, and need no deadline.
  if (phase_ == phase::header && !has_all()) shard_.arm(*this, limits_.header_timeout);
}

void http_session::read_more() {
  const auto room = std::min(received.size(), buffer_.max_size() - buffer_.size());
  const auto got = socket_->receive({received.data(), room});
  if (got > 0)
    take({received.data(), static_cast<std::size_t>(got)});
  else if (got < 0 && (errno == EAGAIN || errno == EINTR))
    socket_->await_readable(shared_from_this());
  else
    close();
}

// Most requests are there in one piece: they are parsed where they lie. What is left of them is kept.
void http_session::take(asio::const_buffer bytes) {
  const bool kept = buffer_.size() > 0;
  if (kept) {
    buffer_.commit(asio::buffer_copy(buffer_.prepare(bytes.size()), bytes));
    bytes = buffer_.cdata();
  }
  const auto all = bytes;
  const auto failure = parse(bytes);
  if (kept)
    buffer_.consume(buffer_.size() - bytes.size());
  else
    buffer_.commit(asio::buffer_copy(buffer_.prepare(bytes.size()), bytes));
  if (failure) return phase_ == phase::header ? refuse_header(failure, all) : on_bad_request(failure);
  if (!has_all()) {
    if (buffer_.size() == buffer_.max_size()) return on_bad_request(http::error::buffer_overflow);
    return socket_->await_readable(shared_from_this());
  }
  if (phase_ == phase::header)
    on_header();
  else
    on_whole_request();
}

// Not within the call: those that came together are all read before the first is answered.
void http_session::on_whole_request() {
  shard_.defer([self = shared_from_this()] { self->on_request(); });
}

/// Leaves of the bytes what was not parsed.
beast::error_code http_session::parse(asio::const_buffer& bytes) {
  beast::error_code failure;
  if (phase_ == phase::header && !parser_->got_some()) {
    bytes += blank_before(bytes);
    request_.expect(std::min<std::size_t>(bytes.size(), limits_.header_bytes));
  }
  while (!failure && bytes.size() > 0 && !has_all()) bytes += parser_->put(bytes, failure);
  return failure == http::error::need_more ? beast::error_code{} : failure;
}

bool http_session::has_all() const { return phase_ == phase::header ? parser_->is_header_done() : parser_->is_done(); }

void http_session::on_header() {
  if (!request_.is_clear()) return on_bad_request(http::error::bad_transfer_encoding);
  if (parser_->is_done()) return on_whole_request();
  shard_.arm(*this, limits_.header_timeout);
  if (request_.minor_version() < 1 || !beast::iequals(header(http::field::expect), "100-continue")) return read_body();
  phase_ = phase::continuing;
  write("HTTP/1.1 100 Continue\r\n\r\n");
}

void http_session::read_body() {
  phase_ = phase::body;
  parser_->eager(true);
  take({});
}

void http_session::on_request() {
  if (!socket_->is_open()) return;
  phase_ = phase::answering;
  cancel();
  request_.make_relative();
  parser_.reset();
  answering_ = true;
  router_.handle(shared_from_this());
}

// -- answering -------------------------------------------------------------------------------------------------------

void http_session::reply(http_response what) {
  if (!std::exchange(answering_, false)) return;
  gone_ = nullptr;
  if (answer_) return answer_(what);
  keep_alive_ = request_.keep_alive() && !closing_;
  what.keep_alive(keep_alive_);
  if (request_.method() == http::verb::head) {
    what.content_length(what.body().size());
    what.body().clear();
  } else if (what.result() != http::status::no_content) {
    what.prepare_payload();
  }
  text_stream out;
  beast::error_code ignored;  // of a stream that takes everything
  http::write(out, what, ignored);
  phase_ = phase::writing;
  write(std::move(out.text));
}

void http_session::write(std::string bytes) {
  outgoing_ = std::move(bytes);
  sent_ = 0;
  write_some();
}

// What follows is not within the call: whoever replies may not be done with this request.
void http_session::write_some() {
  while (sent_ < outgoing_.size()) {
    const std::string_view left = std::string_view{outgoing_}.substr(sent_);
    const auto sent = ::send(socket_->native_handle(), left.data(), left.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      sent_ += static_cast<std::size_t>(sent);
    else if (errno == EAGAIN)
      return wait_until_writable();
    else if (errno != EINTR)
      break;
  }
  shard_.defer([self = shared_from_this()] { self->on_written(); });
}

void http_session::wait_until_writable() {
  socket_->await_writable(shared_from_this());
  progress_.begin(socket_->native_handle(), shard_.now());
  look_later();
}

void http_session::on_written() {
  const bool broken = sent_ < outgoing_.size() || !socket_->is_open();
  std::string{}.swap(outgoing_);
  if (broken) return close();
  if (phase_ == phase::continuing) return read_body();
  forget_request();
  if (keep_alive_ && !closing_)
    wait_for_request();
  else
    linger();
}

// An idle connection keeps none of what it was asked: moving an empty request over it would keep the body's memory.
void http_session::forget_request() {
  http_request none;
  std::swap(none, request_);
}

// What is read while an answer is being made is the next request, which waits its turn; or the end.
void http_session::watch_for_abort(std::function<void()> gone) {
  gone_ = std::move(gone);
  if (!answer_) socket_->await_readable(shared_from_this());
}

void http_session::check_for_abort() {
  if (!gone_) return;
  const auto room = std::min(received.size(), buffer_.max_size() - buffer_.size());
  if (room == 0) return;
  const auto got = socket_->receive({received.data(), room});
  if (got > 0) {
    const asio::const_buffer next{received.data(), static_cast<std::size_t>(got)};
    buffer_.commit(asio::buffer_copy(buffer_.prepare(next.size()), next));
  }
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return socket_->await_readable(shared_from_this());
  const auto gone = std::exchange(gone_, nullptr);
  answering_ = false;
  gone();
  close();
}

upgrade_request http_session::take_upgrade() {
  answering_ = false;
  http_session_hook::unlink();
  const auto behind = buffer_.cdata();
  return {std::move(socket_), std::move(request_), {static_cast<const char*>(behind.data()), behind.size()}};
}

struct http_session::parcel {
  unique_fd socket;
  web::ip_address peer;
  http_request request;
  boost::beast::flat_buffer buffer;
};

void http_session::move_to(io_shard& owner, router& by) {
  answering_ = false;
  auto luggage =
      std::make_shared<parcel>(parcel{unique_fd{socket_->release()}, peer_, std::move(request_), std::move(buffer_)});
  owner.post([luggage, &owner, &limits = limits_, &by] {
    auto socket = tcp_socket::adopt(owner, luggage->socket.release());
    if (!socket) {
      log::warn(log::component::http, "connection lost", {{"reason", std::system_category().message(errno)}});
      return;
    }
    auto there = std::make_shared<http_session>(owner, std::move(socket), luggage->peer, limits, by);
    by.add(*there);
    there->buffer_ = std::move(luggage->buffer);
    there->request_ = std::move(luggage->request);
    there->phase_ = phase::answering;
    there->answering_ = true;
    by.handle(there);
  });
}

void http_session::close_soon() {
  closing_ = true;
  if (!answering_ && phase_ != phase::writing) close();
}

void http_session::give_up() {
  const auto self = shared_from_this();
  const auto gone = std::exchange(gone_, nullptr);
  if (answering_) router_.reply(*this, error_reply({errc::shutting_down, {}, {}}));
  if (gone) gone();
  close();
}

void http_session::on_timer(timer_wheel::time_point now) {
  if (phase_ == phase::skipping) return on_bad_request(http::error::header_limit);
  const bool sends = phase_ == phase::writing || phase_ == phase::continuing;
  if (sends && progress_.stalled(socket_->native_handle(), now) < limits_.send_timeout) return look_later();
  if (sends) on_timeout("send-timeout");
  if (phase_ == phase::header || phase_ == phase::body) on_timeout("header-timeout");
  close();
}

void http_session::on_timeout(std::string_view of) {
  metrics::count_rejected("http", of);
  log::debug(log::component::http, "connection closed: the client took too long",
             {{"limit", of}, {"address", peer_.text()}});
}

// See ws_transport: closing with unread bytes could take the answer away from the peer.
void http_session::linger() {
  phase_ = phase::lingering;
  shard_.arm(*this, shard_.close_timeout());
  socket_->shutdown_send();
  socket_->await_readable(shared_from_this());
}

void http_session::discard() {
  const auto got = socket_->receive(received);
  if (got > 0 || (got < 0 && errno == EAGAIN))
    socket_->await_readable(shared_from_this());
  else
    close();
}

void http_session::close() {
  cancel();
  if (http_session_hook::is_linked()) http_session_hook::unlink();
  if (socket_) socket_->close();
}

}  // namespace parley::net
