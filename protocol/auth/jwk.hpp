// One JSON Web Key (RFC 7517) → a key to verify with. Pure; at start.
#pragma once

#include <string>
#include <variant>

#include "protocol/auth/verifying_key.hpp"
#include "protocol/domain/result.hpp"
#include "protocol/json/json_fwd.hpp"

namespace parley::auth {

/// A sound key that is not for us, and why: other applications share the set.
struct skipped_key {
  std::string why;
};

struct jwk_key {
  std::string kid;
  verifying_key key;
  /// What the operator should know about it, or empty.
  std::string advice;
};

/// The failure says what is wrong with the key.
result<std::variant<jwk_key, skipped_key>, std::string> read_jwk(const json& jwk);

}  // namespace parley::auth
