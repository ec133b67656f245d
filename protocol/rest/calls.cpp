#include "protocol/rest/calls.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocol/dialects/payload.hpp"
#include "protocol/engineio/query.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/rest/api_calls.hpp"
#include "protocol/rest/path.hpp"

namespace parley::rest {
namespace {

using dialects::payload;

/// Who may call: anyone with a token, or those with one of the writers', or the notifiers', roles.
enum class access { readers, writers, notifiers };

/// One endpoint. `read` makes the call of what was sent; the body keeps what is wrong.
struct endpoint {
  std::string_view method;
  std::string_view pattern;
  access open_to;
  rest_call (*read)(reading& in);
};

std::string type_of(payload& body) { return body.has("type") ? body.word("type") : "info"; }

rest_call notify_user(reading& in) {
  return call::notify{event::reach::user, in.body.user("userId"), {}, in.body.text("message"), type_of(in.body)};
}

rest_call notify_all(reading& in) {
  return call::notify{event::reach::all, {}, {}, in.body.text("message"), type_of(in.body)};
}

rest_call notify_role(reading& in) {
  return call::notify{event::reach::role, {}, in.body.word("role"), in.body.text("message"), type_of(in.body)};
}

constexpr std::array endpoints{
    endpoint{"GET", "/websocket/active-users", access::readers,
             [](reading&) -> rest_call { return call::list_users_and_stats{}; }},
    endpoint{"GET", "/websocket/users-stats", access::readers,
             [](reading&) -> rest_call { return call::users_stats{}; }},
    endpoint{"POST", "/websocket/send-notification", access::notifiers, notify_user},
    endpoint{"POST", "/websocket/broadcast", access::notifiers, notify_all},
    endpoint{"POST", "/websocket/send-to-role", access::notifiers, notify_role},
    endpoint{"POST", "/api/conversations", access::readers, api::make_conversation},
    endpoint{"GET", "/api/conversations", access::readers, api::list_conversations},
    endpoint{"GET", "/api/conversations/{id}", access::readers, api::describe_conversation},
    endpoint{"PUT", "/api/conversations/{id}/members/{userId}", access::writers, api::add_member},
    endpoint{"DELETE", "/api/conversations/{id}/members/{userId}", access::readers, api::drop_member},
    endpoint{"POST", "/api/conversations/{id}/messages", access::readers, api::post_message},
    endpoint{"GET", "/api/conversations/{id}/messages", access::readers, api::list_history},
    endpoint{"POST", "/api/conversations/{id}/read", access::readers, api::read_message},
    endpoint{"PATCH", "/api/conversations/{id}/messages/{messageId}", access::readers, api::edit_message},
    endpoint{"DELETE", "/api/conversations/{id}/messages/{messageId}", access::readers, api::delete_message},
    endpoint{"GET", "/api/conversations/{id}/messages/{messageId}/receipts", access::readers, api::list_receipts},
    endpoint{"GET", "/api/users/online", access::readers, [](reading&) -> rest_call { return call::list_online{}; }},
    endpoint{"GET", "/api/users/{id}/presence", access::readers, api::user_presence},
    endpoint{"PUT", "/api/users/{id}", access::writers, api::keep_user},
    endpoint{"POST", "/api/users/{id}/revoke", access::writers, api::revoke_user},
    endpoint{"GET", "/api/clients", access::writers, [](reading&) -> rest_call { return call::list_clients{}; }},
    endpoint{"DELETE", "/api/clients/{sid}", access::writers, api::end_client},
    endpoint{"POST", "/api/emit", access::writers, api::emit},
};

bool has_one_of(const identity& caller, const std::vector<std::string>& roles) {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& role) { return caller.has_role(role); });
}

bool is_writer(const identity& caller, const policy& by) { return has_one_of(caller, by.writer_roles); }

bool is_notifier(const identity& caller, const policy& by) {
  const auto& roles = by.notifier_roles;
  return has_one_of(caller, roles) || std::find(roles.begin(), roles.end(), "*") != roles.end();
}

/// Which roles the caller lacks.
error lacks_role(const std::vector<std::string>& roles) {
  if (roles.empty()) return {errc::forbidden, "No role may do this: the server has none configured for it"};
  std::string text{"This needs one of the roles"};
  for (const auto& role : roles) text.append(&role == &roles.front() ? " " : ", ").append(role);
  return {errc::forbidden, std::move(text)};
}

std::optional<error> check_access(access open_to, const identity& caller, const policy& by) {
  if (open_to == access::writers && !is_writer(caller, by)) return lacks_role(by.writer_roles);
  if (open_to == access::notifiers && !is_notifier(caller, by)) return lacks_role(by.notifier_roles);
  return std::nullopt;
}

/// Nothing is read from an empty one.
std::optional<error> read_body(std::string_view text, std::size_t json_depth, json_text::document& into) {
  if (text.empty()) return std::nullopt;
  const auto how = into.read(text, {json_depth});
  if (how == json_text::outcome::read) return std::nullopt;
  if (how == json_text::outcome::malformed) return invalid_field("", "The body must be JSON");
  return json_text::refusal(how, into.number_out_of_range());
}

/// Digits as they are written in JSON: with a zero before them they are a name.
bool is_number(std::string_view text) {
  const bool digits =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && text.size() < 16 && (text.size() == 1 || text.front() != '0');
}

/// The query's parameters as an object, numbers as numbers.
json parse_query(std::string_view text) {
  auto object = json::object();
  for (const auto& [name, value] : engineio::parse_query(text))
    object.emplace(name, is_number(value) ? json(std::stoull(value)) : json(value));
  return object;
}

result<rest_call> read(const endpoint& target, const path_values& in_path, const request& what,
                       const identity_ptr& caller, const policy& by) {
  json_text::document body;
  if (auto wrong = read_body(what.body, by.json_depth, body)) return *std::move(wrong);
  const auto raw = body.root();
  const auto query = parse_query(what.query);
  json_text::document asked_for;
  asked_for.hold(query);
  payload fields{raw.is_array() ? json_view{} : raw, by.limits};
  payload asked{asked_for.root(), by.limits};
  reading in{in_path, fields, asked, caller, is_writer(*caller, by), what.key, raw, by.limits};
  auto call = target.read(in);
  if (fields.mistake()) return *fields.mistake();
  if (asked.mistake()) return *asked.mistake();
  return call;
}

}  // namespace

std::vector<endpoint_name> endpoint_names() {
  std::vector<endpoint_name> names;
  names.reserve(endpoints.size());
  for (const auto& each : endpoints) names.push_back({each.method, each.pattern});
  return names;
}

std::string allowed_methods(std::string_view path) {
  std::string methods;
  for (const auto& each : endpoints) {
    if (!match(each.pattern, path)) continue;
    if (!methods.empty()) methods.append(", ");
    methods.append(each.method);
    if (each.method == "GET") methods.append(", HEAD");
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
    if (auto refused = check_access(each.open_to, **caller, by)) return *std::move(refused);
    return read(each, *in_path, what, *caller, by);
  }
  if (known) return error{errc::method_not_allowed};
  return error{errc::not_found, "There is no such endpoint"};
}

}  // namespace parley::rest
