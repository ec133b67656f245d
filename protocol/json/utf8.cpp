#include "protocol/json/utf8.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace parley::utf8 {
namespace {

constexpr bool within(unsigned char byte, unsigned low, unsigned high) noexcept { return byte >= low && byte <= high; }

/// What the first byte demands: the sequence's length and the range of its second byte (Unicode,
/// table 3-7).
struct lead {
  std::size_t length;
  unsigned second_low;
  unsigned second_high;
};

constexpr lead classify(unsigned char first) noexcept {
  if (within(first, 0xC2, 0xDF)) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (within(first, 0xE1, 0xEF)) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (within(first, 0xF1, 0xF3)) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

std::size_t skip_ascii(std::string_view text, std::size_t at) noexcept {
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16)
    if (_mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at))) != 0) break;
#endif
  while (at + 8 <= text.size() && (load_eight(text.data() + at) & high_bits) == 0) at += 8;
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
}

/// UTF-16 code units of a sequence: only four bytes make a surrogate pair.
constexpr std::size_t units_of(std::size_t sequence) noexcept { return sequence == 4 ? 2 : 1; }

/// Not below a space, nor DEL, nor above ASCII: all eight of them.
bool all_printable(std::uint64_t word) noexcept {
  const std::uint64_t below_space = (word - 0x20 * each_byte) & ~word;
  const std::uint64_t is_delete = (word ^ 0x7F * each_byte) - each_byte;
  return ((below_space | is_delete | word) & high_bits) == 0;
}

}  // namespace

std::size_t sequence_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const lead expected = classify(byte(0));
  if (expected.length == 0 || text.size() < expected.length) return 0;
  if (!within(byte(1), expected.second_low, expected.second_high)) return 0;
  for (std::size_t i = 2; i < expected.length; ++i)
    if (!within(byte(i), 0x80, 0xBF)) return 0;
  return expected.length;
}

bool may_begin_sequence(std::string_view text) noexcept {
  if (text.empty()) return true;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const lead expected = classify(byte(0));
  if (text.size() >= expected.length) return false;
  if (text.size() > 1 && !within(byte(1), expected.second_low, expected.second_high)) return false;
  return text.size() < 3 || within(byte(2), 0x80, 0xBF);
}

bool valid(std::string_view text) noexcept {
  for (std::size_t at = skip_ascii(text, 0); at < text.size(); at = skip_ascii(text, at)) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::optional<std::size_t> code_points(std::string_view text) noexcept {
  std::size_t at = skip_ascii(text, 0);
  std::size_t count = at;
  for (; at < text.size(); ++count) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) return std::nullopt;
    at += length;
  }
  return count;
}

std::optional<std::size_t> utf16_length(std::string_view text) noexcept {
  std::size_t units = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) return std::nullopt;
    units += units_of(length);
    at += length;
  }
  return units;
}

std::optional<std::size_t> utf16_prefix(std::string_view text, std::size_t units) noexcept {
  std::size_t at = 0;
  while (units > 0) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0 || units_of(length) > units) return std::nullopt;
    units -= units_of(length);
    at += length;
  }
  return at;
}

bool has_control(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i + 8 <= text.size() && all_printable(load_eight(text.data() + i))) i += 8;
  for (; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    // C1 controls are U+0080 to U+009F, in UTF-8 0xC2 and a second byte below 0xA0.
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace parley::utf8
