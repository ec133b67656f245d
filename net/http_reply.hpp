// The answers of HTTP routes, built from a status and a body. No state.
#pragma once

#include <string>
#include <string_view>

#include "net/http_session.hpp"
#include "protocol/domain/errors.hpp"

namespace parley::net {

http_response json_reply(unsigned status, std::string body);
http_response text_reply(unsigned status, std::string body, std::string_view content_type);

/// {status: "error", code, message, statusCode} with the error's HTTP status.
http_response error_reply(const error& reason);

/// Compresses the body with gzip where the client takes it and the body is longer than `threshold` bytes.
void compress(http_response& what, std::string_view accept_encoding, std::size_t threshold);

}  // namespace parley::net
