// Cross-origin rules: which origins browsers may come from, and the headers that tell them. Pure; configuration is
// constant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/fields.hpp>

namespace parley::net {

class cors {
 public:
  /// `origins`: exact origins such as `https://app.example`, or `*`. Empty: only same-origin pages.
  cors(std::vector<std::string> origins, bool credentials);

  /// May a page from `origin` talk to `host`? Requests without an Origin header do not come from a browser.
  bool allows(std::string_view origin, std::string_view host) const;

  /// Adds Access-Control-* to an answer for a page from `origin`; nothing when there was none.
  void decorate(boost::beast::http::fields& answer, std::string_view origin, std::string_view host) const;

  /// Adds what a preflight asks for, too.
  void decorate_preflight(boost::beast::http::fields& answer, std::string_view origin, std::string_view host,
                          std::string_view requested_headers) const;

 private:
  bool listed(std::string_view origin) const;

  std::vector<std::string> origins_;
  bool any_ = false;
  bool credentials_;
};

}  // namespace parley::net
