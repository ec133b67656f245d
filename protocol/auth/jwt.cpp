#include "protocol/auth/jwt.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "protocol/auth/base64url.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::auth {
namespace {

using time_point = std::chrono::system_clock::time_point;

error invalid(std::string_view why) {
  return {errc::token_invalid, std::string{info(errc::token_invalid).text}.append(": ").append(why)};
}

/// The three parts of a token, still in base64url. `signed_text` is the first two with the dot
/// between them.
struct parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;
};

std::optional<parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

/// The object that is in there; `part` is how the token's part is called in the text of a refusal.
result<std::unique_ptr<json_text::document>> object_in(std::string_view encoded, std::string_view part) {
  auto text = base64url::decode(encoded);
  auto read = std::make_unique<json_text::document>();
  const auto how = text ? read->read_own(*std::move(text)) : json_text::outcome::malformed;
  const auto refused = [part](std::string_view why) { return invalid(std::string{part}.append(why)); };
  if (how == json_text::outcome::too_deep) return refused(" is nested too deeply");
  if (how == json_text::outcome::out_of_range) return refused(" has a number that is out of range");
  if (how == json_text::outcome::malformed || !read->root().is_object()) return refused(" is malformed");
  return read;
}

/// What the header says about the signature. Nothing else in it counts.
struct header {
  std::string alg;
  std::string kid;
};

result<header> read_header(std::string_view encoded) {
  const auto document = object_in(encoded, "its header");
  if (!document) return document.failure();
  const auto object = (*document)->root();
  if (object.find("crit")) return invalid("it demands an extension");
  const auto alg = object.find("alg");
  if (!alg.is_string()) return invalid("its header names no algorithm");
  const auto kid = object.find("kid");
  if (kid && !kid.is_string()) return invalid("its kid is no text");
  return header{std::string{alg.text()}, std::string{kid.text()}};
}

/// As above. The tokens of an issuer have one header: the last one of this thread need not be read again.
const result<header>& header_of(std::string_view encoded) {
  thread_local std::string last;
  thread_local result<header> read = read_header(last);
  if (encoded != last) {
    read = read_header(encoded);
    last = encoded;
  }
  return read;
}

std::optional<error> check_signature(const parts& token, const key_ring& keys) {
  const auto& header = header_of(token.header);
  if (!header) return header.failure();
  const auto signature = base64url::decode(token.signature);
  if (!signature) return invalid("its signature is malformed");
  switch (keys.judge(header->alg, header->kid, token.signed_text, *signature)) {
    case verdict::genuine:
      return std::nullopt;
    case verdict::no_such_key:
      return invalid("no key for its algorithm and kid");
    case verdict::forged:
      break;
  }
  return invalid("its signature does not match");
}

/// Seconds since 1970 as a point in time, moved to what the clock can count; nothing for what is no
/// finite number.
std::optional<time_point> date(json_view value) {
  constexpr double furthest = 9e9;  // in the year 2255; the clock ends in 2262
  if (!value.is_number()) return std::nullopt;
  const auto seconds = value.real();
  if (!std::isfinite(seconds)) return std::nullopt;
  const std::chrono::duration<double> bounded{std::clamp(seconds, -furthest, furthest)};
  return time_point{std::chrono::floor<std::chrono::milliseconds>(bounded)};
}

std::optional<error> check_begun(json_view values, time_point latest) {
  const auto found = values.find("nbf");
  if (!found) return std::nullopt;
  const auto begin = date(found);
  if (!begin) return invalid("its nbf is no date");
  if (*begin > latest) return invalid("its nbf lies in the future");
  return std::nullopt;
}

std::optional<error> check_addressee(json_view values, const expected_claims& expected) {
  if (!expected.issuer.empty() && values.find("iss").text() != expected.issuer)
    return invalid("it comes from another issuer");
  if (expected.audience.empty()) return std::nullopt;
  const auto audience = values.find("aud");
  bool meant = audience.text() == expected.audience;
  for (const auto each : audience.elements()) meant = meant || each.text() == expected.audience;
  if (!meant) return invalid("it is meant for another audience");
  return std::nullopt;
}

result<claims> check_claims(std::unique_ptr<const json_text::document> read, const expected_claims& expected,
                            time_point now, const token_rules& rules) {
  const auto values = read->root();
  const auto exp = values.find("exp");
  const auto expires_at = date(exp);
  if (!exp && rules.require_exp) return invalid("it has no exp, which jwt-require-exp demands");
  if (exp && !expires_at) return invalid("its exp is no date");
  if (auto early = check_begun(values, now + rules.leeway)) return *std::move(early);
  if (auto other = check_addressee(values, expected)) return *std::move(other);
  if (expires_at && *expires_at <= now - rules.leeway) return error{errc::token_expired};
  return claims{std::move(read), values, expires_at};
}

error too_long(std::size_t bytes, std::size_t most) {
  auto why = invalid("it has " + std::to_string(bytes) + " bytes, and this server takes tokens of " +
                     std::to_string(most) + " bytes at most (token-bytes)");
  why.at = attempt::long_token;
  return why;
}

/// A claim that is a name: a text or a number.
std::string name_in(json_view value) {
  if (!value.is_string() && !value.is_number()) return {};
  const auto text = value.is_string() ? std::string{value.text()} : json_text::dump(value);
  auto end = std::min(text.size(), max_hint_bytes);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // within a character
  return text.substr(0, end);
}

}  // namespace

result<claims> verify(std::string_view token, const key_ring& keys, time_point now, const token_rules& rules) {
  if (token.empty()) return error{errc::token_missing};
  if (token.size() > rules.max_bytes) return too_long(token.size(), rules.max_bytes);
  const auto parts = split(token);
  if (!parts) return invalid("it has not three parts");
  if (auto refused = check_signature(*parts, keys)) return *std::move(refused);
  auto values = object_in(parts->payload, "its payload");
  if (!values) return values.failure();
  return check_claims(*std::move(values), keys.expected(), now, rules);
}

token_hint hint_of(std::string_view token, std::size_t max_bytes) {
  const auto parts = split(token);
  if (!parts || token.size() > max_bytes) return {};
  token_hint hint;
  if (const auto header = object_in(parts->header, "its header")) {
    hint.alg = name_in((*header)->root().find("alg"));
    hint.kid = name_in((*header)->root().find("kid"));
  }
  if (const auto claims = object_in(parts->payload, "its payload")) hint.sub = name_in((*claims)->root().find("sub"));
  return hint;
}

std::string_view strip_bearer(std::string_view text) noexcept {
  constexpr std::string_view scheme = "bearer";
  const auto word = text.substr(0, scheme.size());
  const bool named = std::equal(word.begin(), word.end(), scheme.begin(), scheme.end(),
                                [](char a, char b) { return (a | 0x20) == b; });
  if (!named || (text.size() > scheme.size() && text[scheme.size()] != ' ')) return text;
  text.remove_prefix(scheme.size());
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace parley::auth
