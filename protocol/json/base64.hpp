// Base64 (RFC 4648, section 4), the form binary takes inside text. Pure, on every thread.
// Invariant: strict; exactly one text decodes to given bytes, so padding must be present and spare
// bits zero.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parley::base64 {

void append(std::string& out, std::string_view bytes);
std::string encode(std::string_view bytes);

/// Without padding, in the alphabet for URLs (section 5).
void append_url(std::string& out, std::string_view bytes);

/// With the last two digits `+` and `/`, or `-` and `_` (section 5).
enum class alphabet : unsigned char { standard, url };

/// The bytes; nothing when the text has a foreign character, wrong padding or spare bits that are
/// not zero.
std::optional<std::string> decode(std::string_view text);

/// The same for a text without padding.
std::optional<std::string> decode_unpadded(std::string_view digits, alphabet of);

}  // namespace parley::base64
