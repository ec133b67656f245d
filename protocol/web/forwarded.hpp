// What proxies say about the requests that they pass on: `X-Forwarded-For`, `-Host`, `-Proto`, and `Forwarded` (RFC
// 7239). Pure, on every thread. Invariant: nothing that a proxy says counts, unless it and all proxies between it and
// this server are trusted.
#pragma once

#include <string>
#include <string_view>

#include "protocol/web/ip_address.hpp"

namespace parley::web {

/// The values of those headers, each with all of its lines in their order and commas between them.
struct forwarding_headers {
  std::string x_for{};
  std::string x_host{};
  std::string x_proto{};
  std::string forwarded{};

  bool none() const { return x_for.empty() && x_host.empty() && x_proto.empty() && forwarded.empty(); }
};

/// Who asked, and for what, as far as those say whose word counts.
struct request_source {
  ip_address client;
  /// What the client asked for: a proxy's word, else the Host header.
  std::string host;
  /// `http` or `https`; empty where no proxy said.
  std::string scheme{};
};

/// `peer`: the other side of the connection. Its word counts where it is trusted; that of who came to it, where that
/// one is trusted, too, and so on. Where there is any `X-Forwarded-` header, `Forwarded` does not count: most proxies
/// write the former, and pass on the latter as they get it, from anybody.
request_source find_source(const ip_address& peer, std::string_view host, const forwarding_headers& said,
                           const trusted_proxies& trusted);

}  // namespace parley::web
