#include "protocol/domain/errors.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "protocol/json/utf8.hpp"

namespace parley {
namespace {

constexpr std::array table{
    error_info{errc::token_missing, "token_missing", "Authentication token is missing", 401, false},
    error_info{errc::token_invalid, "token_invalid", "Authentication token is invalid", 401, false},
    error_info{errc::token_expired, "token_expired", "Authentication token has expired", 401, false},
    error_info{errc::token_revoked, "token_revoked", "Authentication token has been revoked", 401, false},
    error_info{errc::user_unknown, "user_unknown", "User does not exist", 401, false},
    error_info{errc::forbidden, "forbidden", "You may not do this", 403, false},
    error_info{errc::unknown_event, "unknown_event", "Unknown event", 404, false},
    error_info{errc::invalid_payload, "invalid_payload", "Invalid payload", 400, false},
    error_info{errc::invalid_namespace, "invalid_namespace", "Invalid namespace", 404, false},
    error_info{errc::not_a_member, "not_a_member", "You are not a member", 403, false},
    error_info{errc::not_found, "not_found", "Not found", 404, false},
    error_info{errc::user_offline, "user_offline", "User is not online", 404, true},
    error_info{errc::conflict, "conflict", "Conflicts with the present state", 409, false},
    error_info{errc::payload_too_large, "payload_too_large", "Payload is too large", 413, false},
    error_info{errc::rate_limited, "rate_limited", "Too many requests", 429, true},
    error_info{errc::limit_reached, "limit_reached", "A limit of this server is reached", 429, false},
    error_info{errc::overloaded, "overloaded", "Server is overloaded, try again", 503, true},
    error_info{errc::unavailable, "unavailable", "Temporarily unavailable, try again", 503, true},
    error_info{errc::internal_error, "internal_error", "Internal error", 500, true},
    error_info{errc::shutting_down, "shutting_down", "Server is shutting down", 503, true},
    error_info{errc::method_not_allowed, "method_not_allowed", "Method not allowed", 405, false},
    error_info{errc::malformed_request, "malformed_request", "The request is no HTTP", 400, false},
    error_info{errc::header_too_large, "header_too_large", "The request's header is too large", 431, false},
    error_info{errc::payload_too_deep, "payload_too_deep", "The payload is nested too deeply", 400, false},
};

consteval bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].id != static_cast<errc>(i)) return false;
  return true;
}
static_assert(table.size() == error_count && in_order());

/// Of an event's name that is told again: bytes.
constexpr std::size_t shown_name = 64;

/// The text, or the beginning of a long one; no character is cut.
std::string shortened(std::string_view text) {
  if (text.size() <= shown_name) return std::string{text};
  std::size_t end = 0;
  while (end < shown_name) {
    const auto length = std::max<std::size_t>(utf8::sequence_length(text.substr(end)), 1);
    if (end + length > shown_name) break;
    end += length;
  }
  return std::string{text.substr(0, end)}.append("…");
}

}  // namespace

const error_info& info(errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  assert(index < table.size());
  return table[index];
}

error invalid_field(std::string field, std::string text) {
  return {errc::invalid_payload, std::move(text), std::move(field)};
}

error unknown_event(std::string_view name) {
  auto event = shortened(name);
  auto text = std::string{info(errc::unknown_event).text}.append(": ").append(event);
  return {errc::unknown_event, std::move(text), {}, attempt::other, std::move(event)};
}

}  // namespace parley
