#include "net/http_parser.hpp"

namespace parley::net {

void http_parser::on_request_impl(verb method, text method_text, text target, int version, error_code& failure) {
  failure = {};
  into_.begin(method, method_text, target, static_cast<unsigned>(version % 10));
}

void http_parser::on_field_impl(field name, text name_text, text value, error_code& failure) {
  failure = {};
  into_.add(name, name_text, value);
}

// Not by what its header claims: memory is for what has come.
void http_parser::on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, error_code& failure) {
  failure = {};
}

std::size_t http_parser::on_body_impl(text part, error_code& failure) {
  failure = {};
  into_.append_body(part);
  return part.size();
}

std::size_t http_parser::on_chunk_body_impl(std::uint64_t /*left*/, text part, error_code& failure) {
  return on_body_impl(part, failure);
}

void http_parser::on_response_impl(int /*status*/, text /*reason*/, int /*version*/, error_code& failure) {
  failure = {};
}

void http_parser::on_header_impl(error_code& failure) { failure = {}; }

void http_parser::on_chunk_header_impl(std::uint64_t /*size*/, text /*extensions*/, error_code& failure) {
  failure = {};
}

void http_parser::on_finish_impl(error_code& failure) { failure = {}; }

}  // namespace parley::net
