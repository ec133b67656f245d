// The one table of everything that can be refused: code → text, HTTP status, may the sender try again.
// Read on every thread; constant. Invariant: an `errc` is an index into the table, in the table's order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace parley {

enum class errc : std::uint8_t {
  token_missing,
  token_invalid,
  token_expired,
  token_revoked,
  user_unknown,
  forbidden,
  unknown_event,
  invalid_payload,
  invalid_namespace,
  not_a_member,
  not_found,
  user_offline,
  conflict,
  payload_too_large,
  rate_limited,
  limit_reached,
  overloaded,
  unavailable,
  internal_error,
  shutting_down,
  method_not_allowed,
  malformed_request,
  header_too_large,
  payload_too_deep,
};

inline constexpr std::size_t error_count = static_cast<std::size_t>(errc::payload_too_deep) + 1;

/// One row of the table. `status` is the HTTP status, also sent as `statusCode` in error events.
struct error_info {
  errc id;
  std::string_view code;
  std::string_view text;
  std::uint16_t status;
  bool retryable;
};

const error_info& info(errc code) noexcept;

/// What was refused, where a vocabulary has a text of its own for it.
enum class attempt : std::uint8_t { other, joining, leaving, long_token };

/// A refusal on its way to the client who caused it. `text` overrides the table's; `field` names the payload
/// field that was wrong, in the model's words or already in those of the client's vocabulary, or is empty. `event`
/// is the name that no dialect knows (`unknown_event`), shortened where it is long.
struct error {
  errc code = errc::internal_error;
  std::string text{};
  std::string field{};
  attempt at = attempt::other;
  std::string event{};

  std::string_view message() const noexcept { return text.empty() ? info(code).text : std::string_view{text}; }
};

/// An `invalid_payload` that names the field and what it should have been.
error invalid_field(std::string field, std::string text);

/// An `unknown_event` that names the event, in its text and as `event`; of a long name the beginning.
error unknown_event(std::string_view name);

}  // namespace parley
