#include "net/header_scan.hpp"

#include <algorithm>
#include <array>

#include <boost/beast/core/string.hpp>

#include "net/forwarding.hpp"
#include "protocol/domain/lists.hpp"

namespace parley::net {
namespace {

constexpr std::array needed{
    std::string_view{"Host"},      std::string_view{"Origin"}, std::string_view{"Sec-Fetch-Site"},
    std::string_view{"Forwarded"}, forwarded_for_header,       forwarded_host_header,
    forwarded_proto_header};

}  // namespace

bool header_scan::feed(std::string_view bytes) {
  seen_ += bytes.size();
  while (!bytes.empty() && !done_) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    line_.append(bytes.substr(0, std::min(end, max_line + 1 - std::min(line_.size(), max_line))));
    if (end < bytes.size()) take_line();
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return !done_ && seen_ < max_bytes;
}

void header_scan::take_line() {
  const bool whole = line_.size() <= max_line;
  std::string_view value = trim(line_);
  done_ = begun_ && value.empty();
  begun_ = begun_ || !value.empty();
  const auto name = take_part(value, ':');
  const auto found = std::find_if(needed.begin(), needed.end(), [name](std::string_view each) {
    return boost::beast::iequals({each.data(), each.size()}, {name.data(), name.size()});
  });
  if (whole && found != needed.end()) into_.add(boost::beast::http::string_to_field(*found), *found, trim(value));
  line_.clear();
}

}  // namespace parley::net
