#include "protocol/web/forwarded.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "protocol/domain/lists.hpp"
#include "protocol/web/origin.hpp"

namespace parley::web {
namespace {

/// Proxies that are looked at; more of them are no honest request.
constexpr std::size_t max_hops = 32;

/// What one proxy said. Empty where it did not.
struct hop {
  std::string client{};
  std::string host{};
  std::string scheme{};
};

std::string lowered(std::string_view text) {
  std::string made{text};
  std::transform(made.begin(), made.end(), made.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return made;
}

/// Some proxies call WebSockets by their own schemes.
std::string scheme_in(std::string_view text) {
  const auto scheme = lowered(text);
  if (scheme == "https" || scheme == "wss") return "https";
  return scheme == "http" || scheme == "ws" ? "http" : "";
}

std::string host_in(std::string_view text) {
  const auto found = parse_authority(text);
  return found && !found->host.empty() ? std::string{text} : std::string{};
}

/// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; nothing for `unknown` and names that hide.
std::optional<ip_address> client_in(std::string_view text) {
  if (text.starts_with('[')) return ip_address::parse(text.substr(1, text.find(']') - 1));
  const auto colon = text.find(':');
  const bool has_port = colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos;
  return ip_address::parse(has_port ? text.substr(0, colon) : text);
}

/// Cuts off the part before the next separator that is not within quotes.
std::string_view take_unquoted(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != separator); ++at) {
    if (rest[at] == '"') quoted = !quoted;
    if (quoted && rest[at] == '\\') ++at;
  }
  at = std::min(at, rest.size());
  const auto part = rest.substr(0, at);
  rest = at == rest.size() ? std::string_view{} : rest.substr(at + 1);
  return trim(part);
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string{text};
  std::string made;
  for (std::size_t at = 1; at + 1 < text.size(); ++at) {
    if (text[at] == '\\' && at + 2 < text.size()) ++at;
    made += text[at];
  }
  return made;
}

hop read_element(std::string_view element) {
  hop found;
  while (!element.empty()) {
    auto value = take_unquoted(element, ';');
    const auto name = lowered(take_part(value, '='));
    const auto text = unquoted(trim(value));
    if (name == "for") found.client = text;
    if (name == "host") found.host = host_in(text);
    if (name == "proto") found.scheme = scheme_in(text);
  }
  return found;
}

/// The last `max_hops` of a list.
std::vector<std::string_view> parts_of(std::string_view list) {
  std::vector<std::string_view> found;
  while (!list.empty()) found.push_back(take_unquoted(list, ','));
  if (found.size() > max_hops) found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(max_hops));
  return found;
}

/// Each proxy adds to the end of each list; but some set theirs anew, so they may differ in length.
std::vector<hop> hops_of(const forwarding_headers& said) {
  std::vector<hop> found;
  const bool legacy = !said.x_for.empty() || !said.x_host.empty() || !said.x_proto.empty();
  if (!legacy) {
    for (const auto part : parts_of(said.forwarded)) found.push_back(read_element(part));
    return found;
  }
  const auto clients = parts_of(said.x_for);
  const auto hosts = parts_of(said.x_host);
  const auto schemes = parts_of(said.x_proto);
  found.resize(std::max({clients.size(), hosts.size(), schemes.size()}));
  const auto place = [&found](const std::vector<std::string_view>& of, auto put) {
    for (std::size_t at = 0; at < of.size(); ++at) put(found[found.size() - of.size() + at], of[at]);
  };
  place(clients, [](hop& in, std::string_view text) { in.client = unquoted(text); });
  place(hosts, [](hop& in, std::string_view text) { in.host = host_in(text); });
  place(schemes, [](hop& in, std::string_view text) { in.scheme = scheme_in(text); });
  return found;
}

}  // namespace

request_source find_source(const ip_address& peer, std::string_view host, const forwarding_headers& said,
                           const trusted_proxies& trusted) {
  request_source found{peer, std::string{host}};
  if (said.none() || !trusted.trusts(peer)) return found;
  const auto hops = hops_of(said);
  for (auto each = hops.rbegin(); each != hops.rend(); ++each) {
    if (!each->host.empty()) found.host = each->host;
    if (!each->scheme.empty()) found.scheme = each->scheme;
    const auto client = client_in(each->client);
    if (client) found.client = *client;
    if (!client || !trusted.trusts(*client)) break;
  }
  return found;
}

}  // namespace parley::web
