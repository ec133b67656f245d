#include "net/http_request.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

namespace parley::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t usual_lines = 12;

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
    if (each.name == field::host) ++hosts;
    if (each.name != field::transfer_encoding) continue;
    if (++codings > 1 || minor_version_ < 1 || !beast::iequals(view(each.value), "chunked")) return false;
  }
  return hosts == 1 || (hosts == 0 && minor_version_ < 1);
}

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
  const auto said = target();
  const auto scheme = said.find("://");
  if (said.empty() || said.front() == '/' || scheme == std::string_view::npos) return;
  const auto path = said.find_first_of("/?", scheme + 3);
  std::string relative{path == std::string_view::npos ? std::string_view{} : said.substr(path)};
  if (!relative.starts_with('/')) relative.insert(0, 1, '/');
  target_ = keep(relative);
}

http_request::part http_request::keep(std::string_view what) {
  const part kept{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(what.size())};
  text_.append(what);
  return kept;
}

}  // namespace parley::net
