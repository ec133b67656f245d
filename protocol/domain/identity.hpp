// Who a session acts for, read from the claims of a verified token. Made once per connect, then
// shared immutably
// (`std::shared_ptr<const identity>`) by every event and command of that user, on every thread.
// Invariant: `id` is the text of `id_json`, and no payload ever changes either.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/result.hpp"
#include "protocol/json/json_fwd.hpp"

namespace parley {

/// Text members are empty where the token had nothing to fill them with; `username` never is.
struct identity {
  user_id id;
  std::string username;
  std::string email;
  /// The first of `roles`, which lists each role once, spelled as in the token: `role` before those
  /// of `roles`.
  std::string role;
  std::vector<std::string> roles;
  /// Compared with the user store's: an older one means that the token was revoked.
  std::optional<std::uint64_t> token_version;
  /// None for an identity that needed no token, or whose token has no `exp`.
  std::optional<std::chrono::system_clock::time_point> expires_at;

  /// JSON texts that events embed as they are, rendered here once. The id keeps the type it has in
  /// the token.
  std::string id_json;
  std::string username_json;

  /// The token has no name for the user: `username` is the id's text, until a client says another (chat).
  bool nameless = false;

  /// Without regard to case (ASCII).
  bool has_role(std::string_view name) const noexcept;
};

using identity_ptr = std::shared_ptr<const identity>;

/// Errors: token_invalid where the claims name no user, or what they name cannot be an id
/// (`valid_name`, or an integer), or `tokenVersion` is no number to compare with.
result<identity_ptr> make_identity(json_view claims, std::optional<std::chrono::system_clock::time_point> expires_at);

/// The same user under another name.
identity_ptr named(const identity& who, std::string_view username);

/// The id that a JSON value names: a string that is a valid name, or an integer in its decimal
/// form.
std::optional<user_id> user_id_from(json_view value);

}  // namespace parley
