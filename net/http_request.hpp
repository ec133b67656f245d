// One HTTP request as it was received: its header in one text, and where in it the fields are. Beast's own would take
// each field's memory on its own, for requests that live as long as it takes to answer them. On one thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

namespace parley::net {

class http_request {
 public:
  using field = boost::beast::http::field;
  using verb = boost::beast::http::verb;

  /// One line of the header.
  struct line {
    field name;  // `unknown` where Beast has no number for it
    std::string_view name_text;
    std::string_view value;
  };

  verb method() const { return method_; }
  std::string_view method_text() const;
  std::string_view target() const { return view(target_); }
  /// As in HTTP/1.`minor`.
  unsigned minor_version() const { return minor_version_; }
  const std::string& body() const { return body_; }
  /// Whether its connection may be used for another request.
  bool keep_alive() const;

  /// The lines in their order. The texts are the request's.
  template <class Use>
  void for_each_line(Use use) const {
    for (const auto& each : places_) use(line_at(each));
  }
  /// The value of the first field of that name; empty where there is none. Names are compared without regard to case.
  std::string_view value_of(field name) const;
  std::string_view value_of(std::string_view name) const;
  /// As above, but empty where there are several.
  std::string_view only_value_of(field name) const;
  /// Whether the predicate holds for the value of one of the fields of that name.
  template <class Predicate>
  bool any_of(field name, Predicate is_so) const {
    return std::any_of(places_.begin(), places_.end(),
                       [&](const place& each) { return each.name == name && is_so(view(each.value)); });
  }
  /// Whether one of the fields of that name has the token in its list.
  bool has_token(field name, std::string_view token) const;

  /// The host that is asked for, with its port if it is written: that of the target where it names one, else of the
  /// Host header (RFC 9112, 3.2.2).
  std::string_view host() const;

  /// Whether it is clear where the request ends, and whom it is for (RFC 9112, 3.2 and 6.3): else what one server takes
  /// for its body, another takes for the next request. Beast passes over codings that it does not know, and takes
  /// anything for a host.
  bool is_clear() const;

  /// Makes room for a header of so many bytes.
  void expect(std::size_t bytes);
  void begin(verb method, std::string_view method_text, std::string_view target, unsigned minor_version);
  void add(field name, std::string_view name_text, std::string_view value);
  void append_body(std::string_view more) { body_.append(more); }
  /// A proxy's client may name the whole address: what counts as the target is what comes behind the host.
  void make_relative();

 private:
  /// Of `text_`. A header has a limit of bytes far below 4 GiB.
  struct part {
    std::uint32_t at = 0;
    std::uint32_t size = 0;
  };
  struct place {
    field name;
    part name_text;  // empty where the number says it
    part value;
  };

  std::string_view view(part what) const { return std::string_view{text_}.substr(what.at, what.size); }
  line line_at(const place& where) const;
  part keep(std::string_view what);

  verb method_ = verb::unknown;
  unsigned minor_version_ = 1;
  part method_text_;  // of a method without number
  part target_;
  part authority_;  // of a target that was made relative
  std::string text_;
  std::vector<place> places_;
  std::string body_;
};

}  // namespace parley::net
