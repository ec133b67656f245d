// What a request's header says about the proxies that it came through. Pure.
#pragma once

#include "net/http_request.hpp"
#include "protocol/web/forwarded.hpp"

namespace parley::net {

inline constexpr std::string_view forwarded_for_header = "X-Forwarded-For";
inline constexpr std::string_view forwarded_host_header = "X-Forwarded-Host";
inline constexpr std::string_view forwarded_proto_header = "X-Forwarded-Proto";

/// All lines of those headers. Whether they count is for `find_source` to say.
web::forwarding_headers forwarding_headers_of(const http_request& request);

}  // namespace parley::net
