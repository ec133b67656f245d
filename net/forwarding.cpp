#include "net/forwarding.hpp"

#include <boost/beast/core/string.hpp>

namespace parley::net {
namespace {

std::string* place_of(const http_request::line& line, web::forwarding_headers& in) {
  using boost::beast::iequals;
  if (line.name == http_request::field::forwarded) return &in.forwarded;
  if (line.name != http_request::field::unknown) return nullptr;
  if (iequals(line.name_text, forwarded_for_header)) return &in.x_for;
  if (iequals(line.name_text, forwarded_host_header)) return &in.x_host;
  return iequals(line.name_text, forwarded_proto_header) ? &in.x_proto : nullptr;
}

}  // namespace

web::forwarding_headers forwarding_headers_of(const http_request& request) {
  web::forwarding_headers found;
  request.for_each_line([&found](const http_request::line& each) {
    auto* const into = place_of(each, found);
    if (into == nullptr) return;
    if (!into->empty()) into->append(", ");
    into->append(each.value);
  });
  return found;
}

}  // namespace parley::net
