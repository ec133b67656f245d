#include "net/cors.hpp"

#include <algorithm>
#include <utility>

namespace parley::net {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view allowed_methods = "GET,HEAD,PUT,PATCH,POST,DELETE";

bool same_origin(std::string_view origin, std::string_view host) {
  const auto scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && origin.substr(scheme_end + 3) == host;
}

}  // namespace

cors::cors(std::vector<std::string> origins, bool credentials)
    : origins_{std::move(origins)},
      any_{std::find(origins_.begin(), origins_.end(), "*") != origins_.end()},
      credentials_{credentials} {}

bool cors::listed(std::string_view origin) const {
  return any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

bool cors::allows(std::string_view origin, std::string_view host) const {
  return origin.empty() || same_origin(origin, host) || listed(origin);
}

// With credentials a browser accepts only its exact origin, never `*`; caches must then keep origins apart.
void cors::decorate(http::fields& answer, std::string_view origin, std::string_view host) const {
  if (origin.empty() || !allows(origin, host)) return;
  if (any_ && !credentials_) {
    answer.set(http::field::access_control_allow_origin, "*");
    return;
  }
  answer.set(http::field::access_control_allow_origin, origin);
  answer.set(http::field::vary, "Origin");
  if (credentials_) answer.set(http::field::access_control_allow_credentials, "true");
}

void cors::decorate_preflight(http::fields& answer, std::string_view origin, std::string_view host,
                              std::string_view requested_headers) const {
  decorate(answer, origin, host);
  if (!allows(origin, host)) return;
  answer.set(http::field::access_control_allow_methods, allowed_methods);
  if (!requested_headers.empty()) {
    answer.set(http::field::access_control_allow_headers, requested_headers);
    answer.set(http::field::vary, "Origin, Access-Control-Request-Headers");
  }
}

}  // namespace parley::net
