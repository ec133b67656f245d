// /healthz: the process answers. /readyz: it takes new clients, as long as it is neither starting nor stopping.
// /metrics: what it counts, for Prometheus, where that is offered.
#pragma once

#include <optional>
#include <string_view>

#include "net/http_session.hpp"

namespace parley::net {

struct shared_services;

/// Nothing when `path` is none of these.
std::optional<http_response> answer_health(std::string_view path, boost::beast::http::verb how,
                                           const shared_services& shared);

}  // namespace parley::net
