// Names of things, each kind a type of its own: a room's name cannot be passed as a user's.
// Plain values on every thread. What a client sent becomes an id only after `valid_name`.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/json/utf8.hpp"

namespace parley {

/// A string that knows what it names. Ordered and compared by bytes.
template <class Tag>
struct strong_id {
  strong_id() = default;
  explicit strong_id(std::string text) : value{std::move(text)} {}

  const std::string& str() const noexcept { return value; }

  friend bool operator==(const strong_id&, const strong_id&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the operator's own 0 for a pointer.
  friend auto operator<=>(const strong_id&, const strong_id&) = default;

  std::string value;
};

/// The text form: user 1 and user "1" have one id. How it is written in events, `identity::id_json`
/// knows.
using user_id = strong_id<struct user_tag>;
using room_name = strong_id<struct room_tag>;
using conversation_id = strong_id<struct conversation_tag>;
using message_id = strong_id<struct message_tag>;
/// A Socket.IO socket id: one session on one namespace.
using session_id = strong_id<struct session_tag>;
using event_name = strong_id<struct event_tag>;

inline constexpr std::size_t max_name_characters = 128;

/// True for 1 to `max_characters` code points of well-formed UTF-8 without control characters (C0,
/// DEL, C1).
inline bool valid_name(std::string_view text, std::size_t max_characters = max_name_characters) noexcept {
  const auto characters = utf8::code_points(text);
  return characters && *characters >= 1 && *characters <= max_characters && !utf8::has_control(text);
}

}  // namespace parley

// Not noexcept: from that libstdc++ would conclude that it is cheap, and compute it again for each neighbour in a table
// that a search or a growing table comes by, instead of keeping it.
template <class Tag>
struct std::hash<parley::strong_id<Tag>> {
  std::size_t operator()(const parley::strong_id<Tag>& id) const { return std::hash<std::string>{}(id.value); }
};
