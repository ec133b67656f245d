#include "net/cors.hpp"

#include <algorithm>
#include <utility>

#include "protocol/web/origin.hpp"

namespace parley::net {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view allowed_methods = "GET,HEAD,PUT,PATCH,POST,DELETE";

}  // namespace

cors::cors(cors_rules rules)
    : rules_{std::move(rules)},
      any_{std::find(rules_.origins.begin(), rules_.origins.end(), "*") != rules_.origins.end()} {}

bool cors::listed(std::string_view origin) const {
  const auto page = web::parse_origin(origin);
  return std::any_of(rules_.origins.begin(), rules_.origins.end(), [&](const std::string& each) {
    if (each == origin) return true;
    const auto known = web::parse_origin(each);
    return page && known && web::same(*page, *known);
  });
}

bool cors::allows(const asking_page& page) const {
  if (page.origin.empty() || any_ || page.same_origin) return true;
  if (const auto from = web::parse_origin(page.origin)) {
    if (rules_.local_pages && web::is_local_page(*from)) return true;
    if (web::is_own_host(*from, page.source.host, page.source.scheme)) return true;
  }
  return listed(page.origin);
}

// With credentials a browser accepts only its exact origin, never `*`; caches must then keep origins apart.
void cors::decorate(http::fields& answer, const asking_page& page) const {
  if (page.origin.empty() || !allows(page)) return;
  if (any_ && !rules_.credentials) {
    answer.set(http::field::access_control_allow_origin, "*");
    return;
  }
  answer.set(http::field::access_control_allow_origin, page.origin);
  answer.set(http::field::vary, "Origin");
  if (rules_.credentials) answer.set(http::field::access_control_allow_credentials, "true");
}

void cors::decorate_preflight(http::fields& answer, const asking_page& page, std::string_view requested_headers) const {
  decorate(answer, page);
  if (!allows(page)) return;
  answer.set(http::field::access_control_allow_methods, allowed_methods);
  if (!requested_headers.empty()) {
    answer.set(http::field::access_control_allow_headers, requested_headers);
    answer.set(http::field::vary, "Origin, Access-Control-Request-Headers");
  }
}

}  // namespace parley::net
