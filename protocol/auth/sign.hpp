// Makes tokens, for development and for tests; the server itself only verifies. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/json/json_fwd.hpp"

namespace parley::auth {

/// A token with these claims as they are: `exp` is the caller's to set. Nothing for an empty
/// secret.
std::optional<std::string> sign_hs256(const json& claims, std::string_view secret);

}  // namespace parley::auth
