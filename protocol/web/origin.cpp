#include "protocol/web/origin.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/web/ip_address.hpp"

namespace parley::web {
namespace {

constexpr std::string_view scheme_end = "://";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

/// unreserved / sub-delims
constexpr std::array<bool, 256> name_characters = [] {
  std::array<bool, 256> found{};
  for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;="})
    found[static_cast<unsigned char>(c)] = true;
  return found;
}();

bool is_name(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (name_characters[static_cast<unsigned char>(text[at])]) continue;
    const bool escaped = text[at] == '%' && at + 2 < text.size() && is_hex(text[at + 1]) && is_hex(text[at + 2]);
    if (!escaped) return false;
    at += 2;
  }
  return true;
}

/// What stands between the brackets: an IPv6 address, or an address of versions to come (`v1.…`).
bool is_literal(std::string_view text) {
  if (text.empty() || (text.front() != 'v' && text.front() != 'V'))
    return text.find(':') != std::string_view::npos && ip_address::parse(text).has_value();
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  const auto version = text.substr(1, dot - 1);
  return std::all_of(version.begin(), version.end(), is_hex) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1, text.end(),
                     [](char c) { return c == ':' || name_characters[static_cast<unsigned char>(c)]; });
}

std::size_t host_size(std::string_view text) {
  if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
  const auto bracket = text.find(']');
  return bracket == std::string_view::npos ? text.size() : bracket + 1;
}

bool is_host(std::string_view host) {
  if (!host.starts_with('[')) return is_name(host);
  return host.size() > 2 && host.ends_with(']') && is_literal(host.substr(1, host.size() - 2));
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

std::uint16_t default_port(std::string_view scheme) {
  constexpr std::uint16_t http = 80;
  constexpr std::uint16_t https = 443;
  if (same_text(scheme, "https")) return https;
  return same_text(scheme, "http") ? http : 0;
}

bool is_http(std::string_view scheme) { return default_port(scheme) != 0; }

/// Hosts that browsers know: not all that the grammar of addresses allows.
bool is_page_host(std::string_view host) {
  return is_host(host) && host.find_first_of("%*!$&'()+,;=~") == std::string_view::npos;
}

std::string write(const origin& from, bool port_written) {
  std::string text{from.scheme};
  text.append(scheme_end).append(from.host);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  if (port_written && from.port != default_port(from.scheme)) text.append(":").append(std::to_string(from.port));
  return text;
}

/// Where the host and port end.
std::size_t authority_size(std::string_view behind_scheme) {
  return std::min(behind_scheme.find_first_of("/?#"), behind_scheme.size());
}

std::string why_no_host(std::string_view host) {
  if (host.empty()) return "names no host";
  if (host.find('*') != std::string_view::npos)
    return "has a * within; each origin is written whole, or * alone for all";
  if (host.find('@') != std::string_view::npos) return "has a user name, which no browser sends";
  const bool ascii = std::all_of(host.begin(), host.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii ? "has characters that no host has" : "must be written as browsers send it (punycode, xn--…)";
}

}  // namespace

std::optional<authority> parse_authority(std::string_view text) {
  const auto end = host_size(text);
  authority found{text.substr(0, end)};
  if (!is_host(found.host)) return std::nullopt;
  if (end == text.size()) return found;
  if (text[end] != ':') return std::nullopt;
  const auto digits = text.substr(end + 1);
  if (digits.empty()) return found;
  std::uint16_t port = 0;
  const auto* const last = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), last, port);
  if (failure != std::errc{} || stopped != last) return std::nullopt;
  found.port = port;
  return found;
}

std::optional<origin> parse_origin(std::string_view text) {
  const auto end = text.find(scheme_end);
  if (end == std::string_view::npos || !is_scheme(text.substr(0, end))) return std::nullopt;
  const auto scheme = text.substr(0, end);
  const auto at = parse_authority(text.substr(end + scheme_end.size()));
  if (!at) return std::nullopt;
  return origin{scheme, at->host, at->port.value_or(default_port(scheme))};
}

bool same(const origin& one, const origin& other) {
  return one.port == other.port && same_text(one.host, other.host) && same_text(one.scheme, other.scheme);
}

bool is_own_host(const origin& from, std::string_view host, std::string_view scheme) {
  if (!is_http(from.scheme)) return false;
  if (same_text(scheme, "https") && !same_text(from.scheme, "https")) return false;
  const auto asked = parse_authority(host);
  return asked && !asked->host.empty() && same_text(asked->host, from.host) &&
         asked->port.value_or(default_port(from.scheme)) == from.port;
}

bool is_local_page(const origin& from) {
  if (!is_http(from.scheme)) return false;
  if (same_text(from.host, "localhost")) return true;
  const bool literal = from.host.starts_with('[');
  const auto address = ip_address::parse(literal ? from.host.substr(1, from.host.size() - 2) : from.host);
  return address && address->is_loopback();
}

result<std::string, bad_origin> normalize_origin(std::string_view written) {
  const auto end = written.find(scheme_end);
  if (end == std::string_view::npos || !is_scheme(written.substr(0, end)))
    return bad_origin{"names no scheme; write it as https://app.example.com"};
  const auto rest = written.substr(end + scheme_end.size());
  const auto size = authority_size(rest);
  if (rest.substr(size) == "/") return bad_origin{"ends in a slash, which no browser sends"};
  if (size < rest.size()) return bad_origin{"has more than scheme, host and port, which is all that browsers send"};
  if (rest.empty() && same_text(written.substr(0, end), "file")) return std::string{"file://"};
  if (!is_page_host(rest.substr(0, host_size(rest))) || rest.empty())
    return bad_origin{why_no_host(rest.substr(0, host_size(rest)))};
  const auto found = parse_origin(written);
  if (!found || found->host.empty() || rest.ends_with(':'))
    return bad_origin{"must end in its host, or in a port from 1 to 65535"};
  return write(*found, found->host.size() < rest.size());
}

result<std::string, bad_origin> origin_of_url(std::string_view url) {
  const auto end = url.find(scheme_end);
  if (end == std::string_view::npos) return normalize_origin(url);
  const auto begin = end + scheme_end.size();
  return normalize_origin(url.substr(0, begin + authority_size(url.substr(begin))));
}

}  // namespace parley::web
