#include "protocol/rest/calls.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/dialects/payload.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/rest/path.hpp"

namespace parley::rest {
namespace {

using dialects::payload;

enum class access { readers, writers };

/// One endpoint. `read` makes the call of the path's values and the body's fields; the body keeps
/// what is wrong.
struct endpoint {
  std::string_view method;
  std::string_view pattern;
  access open_to;
  rest_call (*read)(const path_values& in_path, payload& body);
};

std::string type_of(payload& body) { return body.has("type") ? body.word("type") : "info"; }

rest_call notify_user(const path_values&, payload& body) {
  return call::notify{event::reach::user, body.user("userId"), {}, body.text("message"), type_of(body)};
}

rest_call notify_all(const path_values&, payload& body) {
  return call::notify{event::reach::all, {}, {}, body.text("message"), type_of(body)};
}

rest_call notify_role(const path_values&, payload& body) {
  return call::notify{event::reach::role, {}, body.word("role"), body.text("message"), type_of(body)};
}

constexpr std::array endpoints{
    endpoint{"GET", "/websocket/active-users", access::readers,
             [](const path_values&, payload&) -> rest_call { return call::list_users_and_stats{}; }},
    endpoint{"GET", "/websocket/users-stats", access::readers,
             [](const path_values&, payload&) -> rest_call { return call::users_stats{}; }},
    endpoint{"POST", "/websocket/send-notification", access::writers, notify_user},
    endpoint{"POST", "/websocket/broadcast", access::writers, notify_all},
    endpoint{"POST", "/websocket/send-to-role", access::writers, notify_role},
};

bool may(const identity& caller, const endpoint& target, const policy& by) {
  return target.open_to == access::readers ||
         std::any_of(by.writer_roles.begin(), by.writer_roles.end(),
                     [&](const std::string& role) { return caller.has_role(role); });
}

result<json> parse_body(std::string_view text) {
  if (text.empty()) return json{};
  auto body = json_text::parse(text);
  if (!body) return invalid_field("", "The body must be JSON");
  return body;
}

result<rest_call> read(const endpoint& target, const path_values& in_path, const request& what, const policy& by) {
  const auto body = parse_body(what.body);
  if (!body) return body.failure();
  payload fields{&*body, by.limits};
  auto call = target.read(in_path, fields);
  if (fields.mistake()) return *fields.mistake();
  return call;
}

}  // namespace

std::string allowed_methods(std::string_view path) {
  std::string methods;
  for (const auto& each : endpoints) {
    if (!match(each.pattern, path)) continue;
    if (!methods.empty()) methods.append(", ");
    methods.append(each.method);
  }
  return methods;
}

result<rest_call> decode(const request& what, const result<identity_ptr>& caller, const policy& by) {
  bool known = false;
  for (const auto& each : endpoints) {
    const auto in_path = match(each.pattern, what.path);
    if (!in_path) continue;
    known = true;
    if (each.method != what.method) continue;
    if (!caller) return caller.failure();
    if (!may(**caller, each, by)) return error{errc::forbidden};
    return read(each, *in_path, what, by);
  }
  return error{known ? errc::method_not_allowed : errc::not_found};
}

}  // namespace parley::rest
