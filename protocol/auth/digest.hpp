// A short name for a text that nobody can find another text for. Pure, on every thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::auth {

/// The first 64 bits of the text's SHA-256.
std::uint64_t digest64(std::string_view text);

}  // namespace parley::auth
