#include "net/listen_address.hpp"

#include <charconv>
#include <sys/un.h>

#include "protocol/web/ip_address.hpp"

namespace parley::net {
namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::size_t max_path = sizeof(sockaddr_un::sun_path) - 1;

result<listen_address, std::string> parse_unix(std::string_view path) {
  if (!path.starts_with('/') || path.ends_with('/')) return std::string{"must name a file: unix:/run/parley.sock"};
  if (path.size() > max_path) return "must have a path of at most " + std::to_string(max_path) + " bytes";
  return listen_address{.path = std::string{path}};
}

}  // namespace

bool listen_address::is_local() const { return is_unix() || is_loopback_host(host); }

std::string listen_address::text() const {
  if (is_unix()) return std::string{unix_prefix} + path;
  const bool literal = host.find(':') != std::string::npos;
  return (literal ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

result<listen_address, std::string> parse_listen_address(std::string_view text) {
  if (text.starts_with(unix_prefix)) return parse_unix(text.substr(unix_prefix.size()));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::string{"must be HOST:PORT, such as 127.0.0.1:3000 or [::1]:3000, or unix:/PATH"};
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::string{"must name a host before the port, such as 0.0.0.0:3000"};
  listen_address found{.host = std::string{host}};
  const auto digits = text.substr(colon + 1);
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, found.port);
  if (digits.empty() || failure != std::errc{} || stopped != end)
    return std::string{"must end in a port from 0 to 65535"};
  return found;
}

bool is_loopback_host(const std::string& host) {
  const auto address = web::ip_address::parse(host);
  return host == "localhost" || (address && address->is_loopback());
}

}  // namespace parley::net
