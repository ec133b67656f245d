// Cross-origin rules: which origins browsers may come from, and the headers that tell them. Pure; configuration is
// constant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/fields.hpp>

#include "protocol/web/forwarded.hpp"

namespace parley::net {

struct cors_rules {
  /// Exact origins such as `https://app.example`, `null`, or `*`. Empty: only pages of the same origin.
  std::vector<std::string> origins{};
  bool credentials = true;
  /// Pages of this machine may connect, from any port: for development, while nobody else can reach the server.
  bool local_pages = false;
};

/// A request of a page.
struct asking_page {
  /// The Origin header; empty where there is none: then no browser's rule concerns the request.
  std::string_view origin{};
  web::request_source source{};
  /// The browser says itself that the page is of the origin that it asks (Sec-Fetch-Site), whatever a proxy has made of
  /// the host's name. Pages cannot write that header.
  bool same_origin = false;
};

class cors {
 public:
  explicit cors(cors_rules rules);

  bool allows(const asking_page& page) const;

  /// Adds Access-Control-* to an answer for that page; nothing when it is none, or not allowed.
  void decorate(boost::beast::http::fields& answer, const asking_page& page) const;

  /// Adds what a preflight asks for, too.
  void decorate_preflight(boost::beast::http::fields& answer, const asking_page& page,
                          std::string_view requested_headers) const;

 private:
  bool listed(std::string_view origin) const;

  cors_rules rules_;
  bool any_ = false;
};

}  // namespace parley::net
