// What a namespace may be called, and what a packet may ask of one. Pure, on every thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/socketio/packet.hpp"

namespace parley::socketio {

inline constexpr std::size_t max_namespace_characters = 128;

/// Begins with `/`, has at most 128 characters and among them no comma and no control character. A name that fails is
/// answered like an unknown one: `Invalid namespace`.
bool valid_namespace(std::string_view name) noexcept;

/// Name and query string, without the `?`. Only in v4 are they two things; in v5 both together are the name.
std::pair<std::string_view, std::string_view> split_namespace(std::string_view raw) noexcept;

/// The rule that needs to know which namespaces a connection is on: CONNECT only where it is not, all else only where
/// it is. A violation ends the connection.
std::optional<violation> check_connected(packet_type type, bool connected) noexcept;

}  // namespace parley::socketio
