// PEM text → the public keys in it. Pure; at start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/auth/verifying_key.hpp"
#include "protocol/domain/result.hpp"

namespace parley::auth {

/// All keys of the text, at least one. The failure says which block is wrong (counted from 1), and
/// how.
result<std::vector<verifying_key>, std::string> read_pem(std::string_view text);

}  // namespace parley::auth
