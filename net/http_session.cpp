#include "net/http_session.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/write.hpp>

#include "net/http_reply.hpp"
#include "net/metrics.hpp"

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds linger_timeout{2};

// Shared by all connections of a thread: what was received is parsed, copied or thrown away before another is read.
thread_local std::array<char, 64 * 1024> received;

errc code_of(beast::error_code failure) {
  if (failure == http::error::body_limit) return errc::payload_too_large;
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow) return errc::header_too_large;
  return errc::malformed_request;
}

}  // namespace

http_session::http_session(io_shard& shard, tcp_socket socket, const http_limits& limits, router& by)
    : shard_{shard}, socket_{std::move(socket)}, limits_{limits}, router_{by}, buffer_{limits.header_bytes + 4096} {}

http_session::http_session(io_shard& shard, http_request request, const http_limits& limits, router& by,
                           std::function<void(const http_response&)> answer)
    : shard_{shard},
      socket_{shard.context()},
      limits_{limits},
      router_{by},
      request_{std::move(request)},
      answer_{std::move(answer)} {}

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

std::string_view http_session::header(std::string_view name) const {
  const auto found = request_.find(beast::string_view{name.data(), name.size()});
  if (found == request_.end()) return {};
  return {found->value().data(), found->value().size()};
}

// RFC 6455, 4.2.1; Beast's own `is_upgrade` finds its fields by their texts (field_of).
bool http_session::wants_websocket() const {
  const auto has = [this](http::field name, beast::string_view token) {
    return http::token_list{beast::string_view{header(name)}}.exists(token);
  };
  return request_.method() == http::verb::get && request_.version() >= 11 && has(http::field::connection, "upgrade") &&
         has(http::field::upgrade, "websocket");
}

// An idle connection holds no buffer and no parser: those come with the first byte of the next request.
void http_session::wait_for_request() {
  if (buffer_.size() > 0) {
    read_header();
    return;
  }
  buffer_.shrink_to_fit();
  shard_.arm(*this, limits_.idle_timeout);
  socket_.async_wait(tcp_socket::wait_read, [self = shared_from_this()](beast::error_code failure) {
    if (failure)
      self->close();
    else
      self->read_header();
  });
}

void http_session::read_header() {
  parser_.emplace();
  parser_->header_limit(limits_.header_bytes);
  parser_->body_limit(limits_.body_bytes);
  shard_.arm(*this, limits_.header_timeout);
  if (read_what_has_come()) return;
  http::async_read_header(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](beast::error_code failure, std::size_t) { self->on_header(failure); });
}

// Most requests are there in one piece: they are parsed where they lie. Anything else is left to Beast. True when there
// is nothing more to read of the header.
bool http_session::read_what_has_come() {
  if (buffer_.size() > 0) return false;
  const auto most = std::min(received.size(), buffer_.max_size());
  const auto got = ::recv(socket_.native_handle(), received.data(), most, MSG_DONTWAIT);
  if (got <= 0) return false;
  const asio::const_buffer bytes{received.data(), static_cast<std::size_t>(got)};
  beast::error_code failure;
  const auto rest = bytes + parser_->put(bytes, failure);
  buffer_.commit(asio::buffer_copy(buffer_.prepare(rest.size()), rest));
  if (failure == http::error::need_more) failure = {};
  if (!failure && !parser_->is_header_done()) return false;
  on_header(failure);
  return true;
}

void http_session::on_header(beast::error_code failure) {
  if (failure) {
    on_bad_request(failure);
    return;
  }
  shard_.arm(*this, limits_.header_timeout);
  if (!beast::iequals(field_of(parser_->get(), http::field::expect), "100-continue")) {
    read_body();
    return;
  }
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(go_on), [self = shared_from_this()](beast::error_code broken, std::size_t) {
    if (broken)
      self->close();
    else
      self->read_body();
  });
}

void http_session::read_body() {
  // Most requests have none. Not within the call: those that came together are all read before the first is answered.
  if (parser_->is_done()) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->on_request({}); });
    return;
  }
  http::async_read(socket_, buffer_, *parser_,
                   [self = shared_from_this()](beast::error_code failure, std::size_t) { self->on_request(failure); });
}

void http_session::on_request(beast::error_code failure) {
  if (failure) {
    on_bad_request(failure);
    return;
  }
  cancel();
  request_ = parser_->release();
  parser_.reset();
  answering_ = true;
  router_.handle(shared_from_this());
}

void http_session::on_bad_request(beast::error_code failure) {
  const bool answerable = failure.category() == make_error_code(http::error::bad_version).category() &&
                          failure != http::error::end_of_stream && failure != http::error::partial_message;
  if (!answerable || !socket_.is_open()) {
    close();
    return;
  }
  closing_ = true;
  answering_ = true;
  const error why{code_of(failure), {}, {}};
  metrics::count_rejected("http", info(why.code).code);
  reply(error_reply(why));
}

void http_session::reply(http_response what) {
  if (!std::exchange(answering_, false)) return;
  gone_ = nullptr;
  if (answer_) return answer_(what);
  const bool keep_alive = request_.keep_alive() && !closing_;
  what.keep_alive(keep_alive);
  if (request_.method() == http::verb::head) {
    what.content_length(what.body().size());
    what.body().clear();
  } else if (what.result() != http::status::no_content) {
    what.prepare_payload();
  }
  response_ = std::make_shared<http_response>(std::move(what));
  shard_.arm(*this, limits_.idle_timeout);
  http::async_write(socket_, *response_,
                    [self = shared_from_this(), kept = response_, keep_alive](beast::error_code failure, std::size_t) {
                      self->on_written(failure, keep_alive);
                    });
}

void http_session::on_written(beast::error_code failure, bool keep_alive) {
  response_.reset();
  request_ = {};
  if (failure)
    close();
  else if (keep_alive && !closing_)
    wait_for_request();
  else
    linger();
}

// While an answer is being made nothing is read, so that the peer's closing shows as readable with nothing to read.
void http_session::watch_for_abort(std::function<void()> gone) {
  gone_ = std::move(gone);
  if (answer_) return;
  socket_.async_wait(tcp_socket::wait_read, [self = shared_from_this()](beast::error_code failure) {
    if (!failure) self->check_for_abort();
  });
}

void http_session::check_for_abort() {
  if (!gone_) return;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got > 0) return;  // a pipelined request: it waits its turn
  const auto gone = std::exchange(gone_, nullptr);
  answering_ = false;
  gone();
  close();
}

upgrade_request http_session::take_upgrade() {
  answering_ = false;
  http_session_hook::unlink();
  return {std::move(socket_), std::move(request_)};
}

struct http_session::parcel {
  tcp_socket::native_handle_type handle;
  tcp protocol;
  http_request request;
  boost::beast::flat_buffer buffer;
};

void http_session::move_to(io_shard& owner, router& by) {
  answering_ = false;
  const auto protocol = socket_.local_endpoint().protocol();
  auto luggage = std::make_shared<parcel>(parcel{socket_.release(), protocol, std::move(request_), std::move(buffer_)});
  owner.post([luggage, &owner, &limits = limits_, &by] {
    auto there = std::make_shared<http_session>(owner, tcp_socket{owner.context(), luggage->protocol, luggage->handle},
                                                limits, by);
    by.add(*there);
    there->buffer_ = std::move(luggage->buffer);
    there->request_ = std::move(luggage->request);
    there->answering_ = true;
    by.handle(there);
  });
}

void http_session::close_soon() {
  closing_ = true;
  if (!answering_ && response_ == nullptr) close();
}

void http_session::on_timer(timer_wheel::time_point) { close(); }

// See ws_transport: closing with unread bytes could take the answer away from the peer.
void http_session::linger() {
  shard_.arm(*this, linger_timeout);
  beast::error_code ignored;
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
  discard();
}

void http_session::discard() {
  socket_.async_read_some(asio::buffer(received), [self = shared_from_this()](beast::error_code failure, std::size_t) {
    if (failure)
      self->close();
    else
      self->discard();
  });
}

void http_session::close() {
  cancel();
  if (http_session_hook::is_linked()) http_session_hook::unlink();
  beast::error_code ignored;
  socket_.close(ignored);
}

}  // namespace parley::net
