// The line in the log about a client whose token was refused: who it says it is, from where, and why. What it says of
// itself is not verified, bounded in length, and never the token. On any thread.
#pragma once

#include <string>
#include <string_view>

#include "protocol/auth/jwt.hpp"
#include "protocol/domain/errors.hpp"

namespace parley::net {

/// Of what is not known, its place in the line is left out.
struct refused_client {
  /// `namespace`, or `path` of a REST call.
  std::string_view wanted_kind;
  std::string_view wanted;
  std::string_view address{};
};

void log_refused(const refused_client& who, const error& why, const auth::token_hint& token);

/// Warns, once in the life of the process, of a token that has no `exp` and was taken.
void warn_of_endless_token();

}  // namespace parley::net
