// Requests that are refused before anybody was asked: the answers of HTTP itself. The other half of http_session.

#include <array>
#include <cerrno>
#include <chrono>

#include <boost/beast/http/error.hpp>

#include "net/http_reply.hpp"
#include "net/http_session.hpp"
#include "net/log.hpp"
#include "net/metrics.hpp"

namespace parley::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

/// For the rest of a header that is too long: not every client sends it before it has the answer.
constexpr std::chrono::seconds skip_timeout{1};
constexpr std::size_t skipped_at_once = 16 * 1024;

errc code_of(beast::error_code failure) {
  if (failure == http::error::body_limit) return errc::payload_too_large;
  if (failure == http::error::header_limit || failure == http::error::buffer_overflow) return errc::header_too_large;
  return errc::malformed_request;
}

}  // namespace

// Beast reads no line of a header that it refuses, but the answer must name the page's origin for the page to see it.
// That may stand at the end of a header that is too long: the rest is read, and nothing else of it kept.
void http_session::refuse_header(beast::error_code failure, asio::const_buffer bytes) {
  parser_.reset();
  forget_request();
  scan_ = std::make_unique<header_scan>(request_);
  const bool more = scan_->feed({static_cast<const char*>(bytes.data()), bytes.size()});
  const bool known = !header(http::field::origin).empty();
  if (known || !more || code_of(failure) != errc::header_too_large) return on_bad_request(failure);
  phase_ = phase::skipping;
  shard_.arm(*this, skip_timeout);
  skip_header();
}

void http_session::skip_header() {
  std::array<char, skipped_at_once> next;
  const auto got = socket_->receive(next);
  const bool later = got < 0 && (errno == EAGAIN || errno == EINTR);
  if (later || (got > 0 && scan_->feed({next.data(), static_cast<std::size_t>(got)})))
    return socket_->await_readable(shared_from_this());
  on_bad_request(http::error::header_limit);
}

void http_session::on_bad_request(beast::error_code failure) {
  scan_.reset();
  closing_ = true;
  answering_ = true;
  const error why{code_of(failure), {}, {}};
  metrics::count_rejected("http", info(why.code).code);
  log::info(log::component::http, "request refused",
            {{"reason", info(why.code).code}, {"address", router_.source_of(*this).client.text()}});
  router_.reply(*this, error_reply(why));
}

}  // namespace parley::net
