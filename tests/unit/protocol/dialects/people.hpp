// People, times and shortcuts for the sentences about dialects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/frame.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::dialects {

inline const timestamp noon{std::chrono::seconds{1'767'268'800}};     // 2026-01-01T12:00:00Z
inline const timestamp morning{std::chrono::seconds{1'767'254'400}};  // 2026-01-01T08:00:00Z

inline user_id user(std::string text) { return user_id{std::move(text)}; }

inline participant from_claims(const json& claims) {
  json_text::document read;
  read.hold(claims);
  auto who = make_identity(read.root(), std::nullopt);
  REQUIRE(who);
  return {*std::move(who), morning};
}

/// Her id is a number, and her token has all there can be.
inline participant ana() {
  return from_claims({{"sub", 7}, {"username", "ana"}, {"email", "ana@example.org"}, {"roles", {"admin", "user"}}});
}

/// His id is a string, and his token has nothing else.
inline participant ben() { return from_claims({{"sub", "ben"}}); }

inline json parsed(std::string_view text) {
  auto value = json_text::parse(text);
  REQUIRE_MESSAGE(value, text);
  return *std::move(value);
}

/// The arguments of a wire event as an array.
inline json args_of(const wire_event& what) { return parsed("[" + what.args + "]"); }

/// The one event that `set` makes of this, as [name, args…].
template <class Body>
json only(dialect_set set, Body body) {
  const auto events = encode(set, domain_event{noon, std::move(body)});
  REQUIRE(events.size() == 1);
  auto line = args_of(events.front());
  line.insert(line.begin(), events.front().name);
  return line;
}

/// What `set` makes of this, as it goes out: `name {…}`, a line for each event.
template <class Body>
std::string said(dialect_set set, Body body) {
  std::string lines;
  for (const auto& each : encode(set, domain_event{noon, std::move(body)})) {
    if (!lines.empty()) lines.push_back('\n');
    lines.append(each.name).append(" ").append(each.args);
  }
  return lines;
}

inline taken decode_line(dialect_set set, const json& line, const participant& self = ana(),
                         const payload_limits& limits = {}) {
  const auto name = line.at(0).get<std::string>();
  json_text::document read;
  read.hold(line);
  return decode(set, {name, json_text::values::behind_first(read.root())}, *self.who, limits);
}

/// The command that a line such as ["join-room", {"room": "x"}] is.
template <class Command>
Command command_of(dialect_set set, const json& line) {
  const auto what = decode_line(set, line);
  const auto* any = std::get_if<any_command>(&what.body);
  REQUIRE_MESSAGE(any, line);
  REQUIRE_MESSAGE(std::holds_alternative<Command>(*any), line);
  return std::get<Command>(*any);
}

/// The field that a line's refusal names, an `invalid_payload`.
inline std::string wrong_field(dialect_set set, const json& line, const payload_limits& limits = {}) {
  const auto what = decode_line(set, line, ana(), limits);
  const auto* failure = std::get_if<error>(&what.body);
  REQUIRE_MESSAGE(failure, line);
  CHECK_MESSAGE(failure->code == errc::invalid_payload, line);
  return failure->field;
}

inline error error_of(dialect_set set, const json& line, const payload_limits& limits = {}) {
  const auto what = decode_line(set, line, ana(), limits);
  const auto* failure = std::get_if<error>(&what.body);
  REQUIRE_MESSAGE(failure, line);
  return *failure;
}

}  // namespace parley::dialects
