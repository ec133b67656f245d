// Strict UTF-8: what JSON, text frames and Engine.IO v3's lengths are measured against.
// Pure, on every thread. Invariant: overlong forms, surrogates and code points above U+10FFFF are
// never accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace parley::utf8 {

/// Bytes of the well-formed sequence that `text` starts with, 1 to 4; 0 when it starts with none.
std::size_t sequence_length(std::string_view text) noexcept;

/// Whether `text` is the front of a well-formed sequence, with the rest missing.
bool may_begin_sequence(std::string_view text) noexcept;

bool valid(std::string_view text) noexcept;

/// The number of code points; nothing when the text is malformed.
std::optional<std::size_t> code_points(std::string_view text) noexcept;

/// The number of UTF-16 code units the text has in JavaScript; nothing when it is malformed.
std::optional<std::size_t> utf16_length(std::string_view text) noexcept;

/// The bytes of the longest prefix of `text` that has exactly `units` UTF-16 code units; nothing
/// when the text is shorter, malformed, or the cut would fall inside a surrogate pair.
std::optional<std::size_t> utf16_prefix(std::string_view text, std::size_t units) noexcept;

/// True if `text` has a C0 or C1 control character or DEL. Expects well-formed text.
bool has_control(std::string_view text) noexcept;

/// Eight bytes at once, for the loops that skip ASCII.
inline std::uint64_t load_eight(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline constexpr std::uint64_t each_byte = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = 0x80 * each_byte;

}  // namespace parley::utf8
