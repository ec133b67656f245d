#include "net/http_request.hpp"

#include <algorithm>
#include <string>

#include <boost/beast/http/rfc7230.hpp>

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

}  // namespace

// Most say just that: to read a list costs more than to compare.
bool has_token(const http_request& request, http::field name, std::string_view token) {
  const beast::string_view wanted{token.data(), token.size()};
  return std::any_of(request.begin(), request.end(), [&](const auto& each) {
    return each.name() == name &&
           (beast::iequals(each.value(), wanted) || http::token_list{each.value()}.exists(wanted));
  });
}

bool is_clear(const http_request& header) {
  std::size_t hosts = 0;
  std::size_t codings = 0;
  for (const auto& each : header) {
    if (each.name() == http::field::host) ++hosts;
    if (each.name() != http::field::transfer_encoding) continue;
    if (++codings > 1 || header.version() < 11 || !beast::iequals(each.value(), "chunked")) return false;
  }
  return hosts == 1 || (hosts == 0 && header.version() < 11);
}

void make_relative(http_request& request) {
  const auto target = request.target();
  const auto scheme = target.find("://");
  if (target.empty() || target.front() == '/' || scheme == beast::string_view::npos) return;
  const auto path = target.find_first_of("/?", scheme + 3);
  std::string relative{path == beast::string_view::npos ? beast::string_view{} : target.substr(path)};
  if (!relative.starts_with('/')) relative.insert(0, 1, '/');
  request.target(relative);
}

}  // namespace parley::net
