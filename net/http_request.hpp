// What a request's header says, beyond what Beast makes of it. Pure, on the connection's thread.
#pragma once

#include <string_view>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace parley::net {

using http_request = boost::beast::http::request<boost::beast::http::string_body>;

/// The value of a request's first field of that name; empty where there is none. Their names are known by number: to
/// find one by its text, as Beast does, takes a comparison of texts for each.
inline std::string_view field_of(const http_request& request, boost::beast::http::field name) {
  for (const auto& each : request)
    if (each.name() == name) return {each.value().data(), each.value().size()};
  return {};
}

/// Whether one of the request's fields of that name has the token in its list.
bool has_token(const http_request& request, boost::beast::http::field name, std::string_view token);

/// Whether it is clear where a request ends, and whom it is for (RFC 9112, 3.2 and 6.3): else what one server takes for
/// its body, another takes for the next request. Beast passes over codings that it does not know.
bool is_clear(const http_request& header);

/// A proxy's client may name the whole address (RFC 9112, 3.2.2): what counts is what comes behind the host.
void make_relative(http_request& request);

}  // namespace parley::net
