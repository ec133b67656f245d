// How the options become values that say where the server is reached and by whom: addresses to listen on, proxies,
// origins. Setters for the option table, as those of config_values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/config_values.hpp"

namespace parley::net::values {

/// At least one address, none of them twice.
setter listen_list(std::vector<listen_address> config::*where);
/// Permissions of a file, in octal.
setter file_mode(unsigned config::*where);
setter proxy_list(web::trusted_proxies config::*where);
/// Origins as browsers write them, `null`, or `*`; what no browser can ever send is refused.
setter origin_list(std::vector<std::string> config::*where);
/// A path of URLs; ends in a slash, also where it was left out.
setter url_path(std::string config::*where);

/// Adds what FRONTEND_URL says: addresses of pages, with commas between them, whose origins may connect.
std::optional<std::string> add_front_end(config& into, const std::string& text);

}  // namespace parley::net::values
