// People, times and shortcuts for the sentences about dialects.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/frame.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::dialects {

inline const timestamp noon{std::chrono::seconds{1'767'268'800}};  // 2026-01-01T12:00:00Z
inline const timestamp morning{std::chrono::seconds{1'767'254'400}};  // 2026-01-01T08:00:00Z

inline user_id user(const json& id) { return *user_id::from(id); }

/// Ana is 7, a number, with an e-mail address; Ben is "ben", without.
inline participant ana() {
  auto who = std::make_shared<identity>();
  who->id = user(7);
  who->id_json = "7";
  who->username = "ana";
  who->email = "ana@example.org";
  who->role = "admin";
  who->roles = {"admin", "user"};
  return {std::move(who), morning};
}

inline participant ben() {
  auto who = std::make_shared<identity>();
  who->id = user("ben");
  who->id_json = "\"ben\"";
  who->username = "ben";
  return {std::move(who), morning};
}

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

inline taken decode_line(dialect_set set, const json& line, const participant& self = ana(),
                         const payload_limits& limits = {}) {
  const auto name = line.at(0).get<std::string>();
  const json args(line.begin() + 1, line.end());
  return decode(set, {name, args}, *self.who, limits);
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

inline error error_of(dialect_set set, const json& line, const payload_limits& limits = {}) {
  const auto what = decode_line(set, line, ana(), limits);
  const auto* failure = std::get_if<error>(&what.body);
  REQUIRE_MESSAGE(failure, line);
  return *failure;
}

}  // namespace parley::dialects
