#include "protocol/web/ip_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>

namespace parley::web {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned v4_prefix = 8 * mapped_v4.size();
constexpr unsigned all_bits = 128;
constexpr std::string_view local_text = "unix:";

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, value);
  if (text.empty() || failure != std::errc{} || stopped != end || value > most) return std::nullopt;
  return value;
}

}  // namespace

ip_address ip_address::local() {
  ip_address made;
  made.kind_ = kind::local;
  return made;
}

ip_address ip_address::from_v4(std::span<const std::uint8_t, v4_bytes> bytes) {
  ip_address made;
  made.kind_ = kind::ip;
  std::copy(bytes.begin(), bytes.end(), std::copy(mapped_v4.begin(), mapped_v4.end(), made.bytes_.begin()));
  return made;
}

ip_address ip_address::from_v6(std::span<const std::uint8_t, v6_bytes> bytes) {
  ip_address made;
  made.kind_ = kind::ip;
  std::copy(bytes.begin(), bytes.end(), made.bytes_.begin());
  return made;
}

std::optional<ip_address> ip_address::parse(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated{text};
  std::array<std::uint8_t, v6_bytes> bytes{};
  if (text.find(':') != std::string_view::npos) {
    if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
    return from_v6(bytes);
  }
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) != 1) return std::nullopt;
  return from_v4(std::span{bytes}.first<v4_bytes>());
}

bool ip_address::is_v4() const { return is_ip() && std::equal(mapped_v4.begin(), mapped_v4.end(), bytes_.begin()); }

bool ip_address::is_loopback() const {
  constexpr std::uint8_t v4_loopback = 127;
  if (is_v4()) return bytes_[mapped_v4.size()] == v4_loopback;
  return is_ip() && bytes_.back() == 1 &&
         std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t each) { return each == 0; });
}

std::string ip_address::text() const {
  if (is_local()) return std::string{local_text};
  if (!is_ip()) return "unknown";
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4())
    ::inet_ntop(AF_INET, bytes_.data() + mapped_v4.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
  return text.data();
}

ip_address ip_address::from_text(std::string_view text) {
  return text == local_text ? local() : parse(text).value_or(ip_address{});
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = ip_address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return ip_network{*address, all_bits};
  // `::ffff:10.0.0.0/104` is written as an IPv6 address, and so are its bits.
  const bool as_v4 = address->is_v4() && text.find(':') == std::string_view::npos;
  const auto bits = parse_prefix(text.substr(slash + 1), as_v4 ? all_bits - v4_prefix : all_bits);
  if (!bits) return std::nullopt;
  return ip_network{*address, *bits + (as_v4 ? v4_prefix : 0)};
}

bool ip_network::contains(const ip_address& which) const {
  constexpr unsigned byte_bits = 8;
  if (!which.is_ip()) return false;
  const auto whole = bits_ / byte_bits;
  const auto rest = bits_ % byte_bits;
  const auto& mine = address_.bytes();
  const auto& its = which.bytes();
  if (!std::equal(mine.begin(), mine.begin() + whole, its.begin())) return false;
  return rest == 0 || (mine[whole] >> (byte_bits - rest)) == (its[whole] >> (byte_bits - rest));
}

bool trusted_proxies::trusts(const ip_address& which) const {
  return which.is_local() || std::any_of(networks_.begin(), networks_.end(),
                                         [&which](const ip_network& each) { return each.contains(which); });
}

}  // namespace parley::web
