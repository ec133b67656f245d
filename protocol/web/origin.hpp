// Hosts and origins as HTTP and browsers write them (RFC 3986, 3.2.2; RFC 6454, 7). Pure, on every thread.
// Invariant: hosts and schemes are compared without case, and a port that is not written is its scheme's default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/result.hpp"

namespace parley::web {

/// Of a Host header: `chat.example:8443`. The host of an IPv6 address keeps its brackets.
struct authority {
  std::string_view host;
  std::optional<std::uint16_t> port{};
};

/// Nothing where it does not fit the grammar: uri-host [":" port]. Both may be empty; no user information.
std::optional<authority> parse_authority(std::string_view text);

/// The scheme, host and port that a page comes from. The texts belong to whom it was read from.
struct origin {
  std::string_view scheme;
  std::string_view host;
  std::uint16_t port = 0;  // 0 where the scheme has none by default
};

/// Of an Origin header; nothing where it is none, as `null` is.
std::optional<origin> parse_origin(std::string_view text);

bool same(const origin& one, const origin& other);

/// Whether a page from `from` asked for its own host. `host`: of the Host header or what a proxy has forwarded;
/// `scheme`: by which it was asked for, empty where nobody said. A page that came by TLS may ask where TLS ends before
/// the proxy that tells the scheme; the reverse is another origin.
bool is_own_host(const origin& from, std::string_view host, std::string_view scheme);

/// A page of this machine: `localhost` or a loopback address, any scheme of HTTP and any port.
bool is_local_page(const origin& from);

/// Why no browser could ever send what was written: the end of a sentence about it.
struct bad_origin {
  std::string why;
};

/// The origin in the way browsers write it, from what an operator wrote. What has a path, a slash at the end, no
/// scheme, or characters that no host has, is none.
result<std::string, bad_origin> normalize_origin(std::string_view written);

/// The same for the address of a page, whose path does not count.
result<std::string, bad_origin> origin_of_url(std::string_view url);

}  // namespace parley::web
