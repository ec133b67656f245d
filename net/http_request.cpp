#include "net/http_request.hpp"

#include <algorithm>
#include <optional>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "protocol/web/origin.hpp"

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t usual_lines = 12;

/// A target that names the whole address.
struct absolute_target {
  std::string_view authority;
  std::string_view path;
};

std::optional<absolute_target> split_absolute(std::string_view target) {
  constexpr std::string_view scheme_end = "://";
  const auto scheme = target.find(scheme_end);
  if (target.empty() || target.front() == '/' || scheme == std::string_view::npos) return std::nullopt;
  const auto rest = target.substr(scheme + scheme_end.size());
  const auto path = std::min(rest.find_first_of("/?"), rest.size());
  return absolute_target{rest.substr(0, path), rest.substr(path)};
}

/// Without its brackets: XMLHttpRequest of Node's client libraries writes it so.
bool is_bare_ipv6(std::string_view text) {
  return std::count(text.begin(), text.end(), ':') > 1 &&
         text.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool is_host(std::string_view text) { return web::parse_authority(text).has_value() || is_bare_ipv6(text); }

}  // namespace

std::string_view http_request::method_text() const {
  return method_ == verb::unknown ? view(method_text_) : std::string_view{http::to_string(method_)};
}

http_request::line http_request::line_at(const place& where) const {
  const auto name =
      where.name == field::unknown ? view(where.name_text) : std::string_view{http::to_string(where.name)};
  return {where.name, name, view(where.value)};
}

std::string_view http_request::value_of(field name) const {
  const auto found =
      std::find_if(places_.begin(), places_.end(), [name](const place& each) { return each.name == name; });
  return found == places_.end() ? std::string_view{} : view(found->value);
}

std::string_view http_request::value_of(std::string_view name) const {
  const auto found = std::find_if(places_.begin(), places_.end(),
                                  [&](const place& each) { return beast::iequals(line_at(each).name_text, name); });
  return found == places_.end() ? std::string_view{} : view(found->value);
}

std::string_view http_request::only_value_of(field name) const {
  const auto same = [name](const place& each) { return each.name == name; };
  return std::count_if(places_.begin(), places_.end(), same) == 1 ? value_of(name) : std::string_view{};
}

// Most say just that: to read a list costs more than to compare.
bool http_request::has_token(field name, std::string_view token) const {
  return any_of(name, [token](std::string_view value) {
    return beast::iequals(value, token) || http::token_list{value}.exists(token);
  });
}

// RFC 9112, 9.3. Beast's parser would listen to `Proxy-Connection`, too, which old proxies pass on without knowing it.
bool http_request::keep_alive() const {
  if (has_token(field::connection, "close")) return false;
  return minor_version_ >= 1 || has_token(field::connection, "keep-alive");
}

bool http_request::is_clear() const {
  std::size_t hosts = 0;
  std::size_t codings = 0;
  for (const auto& each : places_) {
    if (each.name == field::host && (++hosts > 1 || !is_host(view(each.value)))) return false;
    if (each.name != field::transfer_encoding) continue;
    if (++codings > 1 || minor_version_ < 1 || !beast::iequals(view(each.value), "chunked")) return false;
  }
  const auto absolute = split_absolute(target());
  if (absolute && (absolute->authority.empty() || !is_host(absolute->authority))) return false;
  return hosts == 1 || minor_version_ < 1;
}

std::string_view http_request::host() const { return authority_.size > 0 ? view(authority_) : value_of(field::host); }

void http_request::expect(std::size_t bytes) {
  text_.reserve(bytes);
  places_.reserve(usual_lines);
}

void http_request::begin(verb method, std::string_view method_text, std::string_view target, unsigned minor_version) {
  method_ = method;
  if (method_ == verb::unknown) method_text_ = keep(method_text);
  target_ = keep(target);
  minor_version_ = minor_version;
}

void http_request::add(field name, std::string_view name_text, std::string_view value) {
  places_.push_back({name, name == field::unknown ? keep(name_text) : part{}, keep(value)});
}

void http_request::make_relative() {
  const auto absolute = split_absolute(target());
  if (!absolute) return;
  const std::string authority{absolute->authority};  // to keep a text may move all others
  std::string relative{absolute->path};
  if (!relative.starts_with('/')) relative.insert(0, 1, '/');
  authority_ = keep(authority);
  target_ = keep(relative);
}

http_request::part http_request::keep(std::string_view what) {
  const part kept{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(what.size())};
  text_.append(what);
  return kept;
}

}  // namespace parley::net
