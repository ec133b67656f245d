#include "net/refused_origins.hpp"

#include <utility>

#include "net/log.hpp"
#include "protocol/web/origin.hpp"

namespace parley::net {
namespace {

constexpr std::size_t max_logged = 256;  // bytes of what a client sent

/// The host and scheme that a proxy says, which is not trusted, would be the page's own.
bool would_be_own(const refused_origins::refusal& what, const web::origin& page) {
  if (what.trusted || !what.peer.is_ip()) return false;
  const auto alone = web::ip_network::parse(what.peer.text());
  const auto found = web::find_source(what.peer, what.source.host, what.said, web::trusted_proxies{{*alone}});
  return web::is_own_host(page, found.host, found.scheme);
}

}  // namespace

std::string refused_origins::advice(const refusal& what) {
  if (what.origin == "null") return "--cors-origins null, which admits pages of files and of sandboxed frames";
  const auto page = web::parse_origin(what.origin);
  const auto written = web::normalize_origin(what.origin);
  if (!page || !written) return "no option: that is not an origin";
  if (would_be_own(what, *page)) return "--trusted-proxies " + what.peer.text() + ", if that is your proxy";
  const bool silent_proxy = what.trusted && what.said.x_host.empty() && what.said.forwarded.empty();
  return "--cors-origins " + *written +
         (silent_proxy ? "; or, if a proxy passes this on, X-Forwarded-Host and X-Forwarded-Proto from it" : "");
}

void refused_origins::note(const refusal& what, time_point now) {
  const auto shown = what.origin.substr(0, max_logged);
  auto found = origins_.find(shown);
  std::size_t unsaid = 0;
  if (found != origins_.end()) {
    if (now - found->second.said_at < interval) {
      ++found->second.unsaid;
      return;
    }
    unsaid = std::exchange(found->second, {now}).unsaid;
  } else if (make_room(now)) {
    origins_.emplace(shown, entry{now});
  } else {
    return;
  }
  log::warn(log::component::http, "origin refused",
            {{"origin", shown},
             {"host", std::string_view{what.source.host}.substr(0, max_logged)},
             {"address", what.source.client.text()},
             {"admitted_by", advice(what)},
             {"unsaid_before", std::to_string(unsaid)}});
}

bool refused_origins::make_room(time_point now) {
  if (origins_.size() < max_origins) return true;
  std::erase_if(origins_, [now](const auto& each) { return now - each.second.said_at >= interval; });
  return origins_.size() < max_origins;
}

}  // namespace parley::net
