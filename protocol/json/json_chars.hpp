// What the parser and the writer of JSON text agree on: which bytes of a string need no look, and how a string holds
// what UTF-8 cannot say. Pure, on every thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "protocol/json/utf8.hpp"

namespace parley::json_text {

/// U+10FFFD, a private-use character. Inside our strings it opens an escape of ours: followed by
/// `d800`…`dfff` it stands for that lone surrogate, followed by `0000` for itself.
inline constexpr std::string_view sentinel = "\xF4\x8F\xBF\xBD";
inline constexpr std::string_view sentinel_itself = "0000";

/// Stands for itself in a JSON string: ASCII, no control character, neither quote nor backslash.
constexpr bool is_plain(unsigned char byte) { return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\'; }

constexpr std::uint64_t zero_bytes(std::uint64_t word) { return (word - utf8::each_byte) & ~word & utf8::high_bits; }

/// Of eight bytes at once, the first in the lowest: the lowest bit that is set is in the first byte that is not plain;
/// none: all are. Built from the well-known "has a zero byte" and "has a byte below n" tests, which may be wrong about
/// bytes behind one that they found.
constexpr std::uint64_t not_plain(std::uint64_t word) {
  const std::uint64_t below_space = (word - 0x20 * utf8::each_byte) & ~word & utf8::high_bits;
  const std::uint64_t quote = zero_bytes(word ^ '"' * utf8::each_byte);
  const std::uint64_t backslash = zero_bytes(word ^ '\\' * utf8::each_byte);
  return (word & utf8::high_bits) | below_space | quote | backslash;
}

#ifdef __SSE2__
/// The same of sixteen bytes, a bit for each.
inline unsigned not_plain_of_sixteen(const char* from) {
  const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  // As signed numbers, those above ASCII are below a space, too.
  const auto odd =
      _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
                   _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return static_cast<unsigned>(_mm_movemask_epi8(odd));
}
#endif

/// Where the first byte at `at` or behind it stands that is not plain.
inline std::size_t skip_plain(std::string_view text, std::size_t at) {
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16)
    if (const auto odd = not_plain_of_sixteen(text.data() + at); odd != 0)
      return at + static_cast<std::size_t>(std::countr_zero(odd));
#endif
  if constexpr (std::endian::native == std::endian::little)
    for (; at + 8 <= text.size(); at += 8)
      if (const auto odd = not_plain(utf8::load_eight(text.data() + at)); odd != 0)
        return at + static_cast<std::size_t>(std::countr_zero(odd)) / 8;
  while (at < text.size() && is_plain(static_cast<unsigned char>(text[at]))) ++at;
  return at;
}

}  // namespace parley::json_text
