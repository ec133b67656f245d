#include "net/config_network.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/web/origin.hpp"

namespace parley::net::values {
namespace {

using complaint = std::optional<std::string>;

bool is_word(const std::string& origin) { return origin == "*" || origin == "null"; }

}  // namespace

setter listen_list(std::vector<listen_address> config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    std::vector<listen_address> all;
    for (const auto& each : parse_list(given)) {
      const auto address = parse_listen_address(each);
      if (!address) return each + " " + address.failure();
      const bool any_port = !address->is_unix() && address->port == 0;
      if (!any_port && std::find(all.begin(), all.end(), *address) != all.end()) return each + " is there twice";
      all.push_back(*address);
    }
    if (all.empty()) return "must name an address, such as 127.0.0.1:3000";
    into.*where = std::move(all);
    return std::nullopt;
  };
}

setter file_mode(unsigned config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    constexpr int octal = 8;
    constexpr unsigned most = 0777;
    unsigned mode = 0;
    const auto* const end = given.data() + given.size();
    const auto [stopped, failure] = std::from_chars(given.data(), end, mode, octal);
    if (given.empty() || failure != std::errc{} || stopped != end || mode > most)
      return "must be permissions in octal, such as 0660";
    into.*where = mode;
    return std::nullopt;
  };
}

setter proxy_list(web::trusted_proxies config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    std::vector<web::ip_network> networks;
    for (const auto& each : parse_list(given)) {
      const auto network = web::ip_network::parse(each);
      if (!network) return each + " must be an address or a network, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8";
      networks.push_back(*network);
    }
    into.*where = web::trusted_proxies{std::move(networks)};
    return std::nullopt;
  };
}

setter origin_list(std::vector<std::string> config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    std::vector<std::string> origins;
    for (const auto& each : parse_list(given)) {
      const auto origin = is_word(each) ? result<std::string, web::bad_origin>{each} : web::normalize_origin(each);
      if (!origin) return each + " can never match: it " + origin.failure().why;
      origins.push_back(*origin);
    }
    into.*where = std::move(origins);
    return std::nullopt;
  };
}

setter url_path(std::string config::*where) {
  return [=](config& into, const std::string& given) -> complaint {
    if (given.empty()) return "must be a path, such as /socket.io/";
    into.*where = given.ends_with('/') ? given : given + "/";
    return std::nullopt;
  };
}

complaint add_front_end(config& into, const std::string& text) {
  for (const auto& each : parse_list(text)) {
    if (is_word(each)) {
      into.cors_origins.push_back(each);
      continue;
    }
    const auto origin = web::origin_of_url(each);
    if (!origin) return each + " can never match: it " + origin.failure().why;
    into.cors_origins.push_back(*origin);
  }
  return std::nullopt;
}

}  // namespace parley::net::values
