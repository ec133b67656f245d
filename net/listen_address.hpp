// An address to listen on, as an operator writes it: HOST:PORT, or unix:/PATH for the file of a Unix socket. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/domain/result.hpp"

namespace parley::net {

struct listen_address {
  std::string host{};  // without brackets
  std::uint16_t port = 0;
  std::string path{};  // of a Unix socket; then there is neither host nor port

  bool is_unix() const { return !path.empty(); }
  /// Nobody on another machine can reach it.
  bool is_local() const;
  /// As `parse_listen_address` reads it.
  std::string text() const;

  bool operator==(const listen_address&) const = default;
};

/// The error is the end of a sentence that begins with the text.
result<listen_address, std::string> parse_listen_address(std::string_view text);

/// `localhost`, or a loopback address.
bool is_loopback_host(const std::string& host);

}  // namespace parley::net
