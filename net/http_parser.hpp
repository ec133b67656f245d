// Beast's parser of HTTP/1.1, which writes what it reads into a request. The request must outlive it.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "net/http_request.hpp"

namespace parley::net {

class http_parser final : public boost::beast::http::basic_parser<true> {
 public:
  explicit http_parser(http_request& into) : into_{into} {}

 private:
  using text = boost::beast::string_view;
  using error_code = boost::beast::error_code;
  using verb = boost::beast::http::verb;
  using field = boost::beast::http::field;

  void on_request_impl(verb method, text method_text, text target, int version, error_code& failure) override;
  void on_response_impl(int status, text reason, int version, error_code& failure) override;
  void on_field_impl(field name, text name_text, text value, error_code& failure) override;
  void on_header_impl(error_code& failure) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& failure) override;
  std::size_t on_body_impl(text part, error_code& failure) override;
  void on_chunk_header_impl(std::uint64_t size, text extensions, error_code& failure) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, text part, error_code& failure) override;
  void on_finish_impl(error_code& failure) override;

  http_request& into_;
};

}  // namespace parley::net
