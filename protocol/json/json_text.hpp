// JSON text ↔ value, the only door between the two: everything a client says in JSON passes here.
// Pure, on every thread. Invariant: hostile text is an error value, never an exception nor a deep
// recursion, and what JavaScript can say survives parse → dump: lone surrogates, NUL, `__proto__`,
// U+10FFFD.
#pragma once

#include <string>
#include <string_view>

#include "protocol/domain/result.hpp"
#include "protocol/json/json_document.hpp"
#include "protocol/json/json_fwd.hpp"

namespace parley::json_text {

/// The value of a complete, strict JSON text in strict UTF-8. Of two members with one name the last
/// counts.
result<json> parse(std::string_view text, const limits& bounds = {});

/// Compact text, members ordered by name; see append_value for binary and numbers JSON has no words
/// for.
std::string dump(const json& value);
/// Likewise, members in the order in which they came.
std::string dump(view value);

/// Why a text that was read with that outcome is refused: payload_too_deep, or invalid_payload for a number (`digits`,
/// as it is written) or for what is no JSON.
error refusal(outcome how, std::string_view digits);

/// The text as a JSON string with its quotes.
std::string quoted(std::string_view text);

}  // namespace parley::json_text
