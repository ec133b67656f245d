// Addresses of clients and proxies, and networks of them. Pure, on every thread. Invariant: an IPv4 address is kept as
// the IPv6 address that stands for it (RFC 4291, 2.5.5.2), so both ways to write it are the same address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::web {

/// Where a request comes from: an IP address, or this machine by way of a Unix socket. A handful of bytes, as each
/// connection keeps one.
class ip_address {
 public:
  static constexpr std::size_t v4_bytes = 4;
  static constexpr std::size_t v6_bytes = 16;

  /// Not known.
  ip_address() = default;
  /// The other side of a Unix socket.
  static ip_address local();
  static ip_address from_v4(std::span<const std::uint8_t, v4_bytes> bytes);
  static ip_address from_v6(std::span<const std::uint8_t, v6_bytes> bytes);
  /// `192.0.2.1` or `2001:db8::1`, without brackets, port or zone; nothing for anything else.
  static std::optional<ip_address> parse(std::string_view text);

  bool is_ip() const { return kind_ == kind::ip; }
  bool is_local() const { return kind_ == kind::local; }
  bool is_v4() const;
  /// 127.0.0.0/8 or ::1.
  bool is_loopback() const;
  const std::array<std::uint8_t, v6_bytes>& bytes() const { return bytes_; }

  /// As `parse` reads it; `unix:` for the other side of a Unix socket, `unknown` where it is not known.
  std::string text() const;
  /// The reverse of `text`; unknown for anything that is not such a text.
  static ip_address from_text(std::string_view text);

  bool operator==(const ip_address&) const = default;

 private:
  enum class kind : std::uint8_t { unknown, ip, local };

  std::array<std::uint8_t, v6_bytes> bytes_{};
  kind kind_ = kind::unknown;
};

/// A network in CIDR notation.
class ip_network {
 public:
  /// `10.0.0.0/8`, `2001:db8::/32`, or one address alone; nothing for anything else.
  static std::optional<ip_network> parse(std::string_view text);

  bool contains(const ip_address& which) const;

 private:
  ip_network(const ip_address& at, unsigned bits) : address_{at}, bits_{bits} {}

  ip_address address_;
  unsigned bits_;  // of the 128
};

/// The proxies whose word about their clients counts. Whoever comes by a Unix socket is one: only who may open its file
/// can be there.
class trusted_proxies {
 public:
  trusted_proxies() = default;
  explicit trusted_proxies(std::vector<ip_network> networks) : networks_{std::move(networks)} {}

  bool trusts(const ip_address& which) const;

 private:
  std::vector<ip_network> networks_;
};

}  // namespace parley::web
