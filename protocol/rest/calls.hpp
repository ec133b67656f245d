// REST as one more dialect: an HTTP request becomes a call of the model, or the error that says why
// not. Between the HTTP session and the actors that answer. Pure; on any thread. Adding an endpoint
// is adding a row to calls.cpp's table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/dialects/dialect.hpp"
#include "protocol/domain/events.hpp"
#include "protocol/domain/participant.hpp"
#include "protocol/domain/result.hpp"

namespace parley::rest {
namespace call {

struct list_users_and_stats {};

struct users_stats {};

/// `user` is set where the reach is `user`, `role` (as it was sent) where it is `role`.
struct notify {
  event::reach reach = event::reach::all;
  user_id user{};
  std::string role{};
  std::string text{};
  std::string type{};
};

// -- /api
// --------------------------------------------------------------------------------------------------------------

/// An empty id: the server makes one.
struct make_conversation {
  conversation what;
};

struct add_member {
  conversation_id in;
  person who;
};

struct drop_member {
  conversation_id in;
  user_id who;
};

struct describe_conversation {
  conversation_id in;
};

struct list_receipts {
  conversation_id in;
  message_id what;
};

/// What a client could ask as well: `as` is who asks, the caller or the user whom a service acts for.
struct converse {
  conversation_id in;
  std::variant<command::post_message, command::acknowledge_message, command::edit_message, command::delete_message,
               command::list_history>
      what;
  identity_ptr as;
};

struct list_conversations {
  user_id of;
};

struct list_online {};

struct user_presence {
  person who;
};

struct keep_user {
  user_record what;
};

struct revoke_user {
  person who;
};

struct list_clients {};

struct end_client {
  std::string sid;
};

enum class target : std::uint8_t { all, user, role, room, group, conversation };

/// One event of a back end's own: `args` is the array of its arguments.
struct emission {
  call::target to = target::all;
  std::string name;
  std::string event;
  json args;
  std::vector<user_id> except;
};

/// With a `key`, the same call again is not carried out again.
struct emit {
  std::string key;
  std::vector<emission> all;
};

}  // namespace call

using rest_call = std::variant<call::list_users_and_stats, call::users_stats, call::notify, call::make_conversation,
                               call::add_member, call::drop_member, call::describe_conversation, call::list_receipts,
                               call::converse, call::list_conversations, call::list_online, call::user_presence,
                               call::keep_user, call::revoke_user, call::list_clients, call::end_client, call::emit>;

/// `path` is without the query; `body` is JSON text, or empty; `key` the header Idempotency-Key.
struct request {
  std::string_view method;
  std::string_view path;
  std::string_view body{};
  std::string_view query{};
  std::string_view key{};
};

/// Who may do more than read, and who may only notify (`*`: any valid token). Configuration; role names compare without
/// case.
struct policy {
  std::vector<std::string> writer_roles{"admin", "service"};
  std::vector<std::string> notifier_roles{"admin", "service"};
  /// Of a body: arrays and objects inside one another.
  std::size_t json_depth = 128;
  dialects::payload_limits limits{};
};

/// One row of the table of endpoints; `pattern` has placeholders such as {id}.
struct endpoint_name {
  std::string_view method;
  std::string_view pattern;
};

/// All endpoints, in the order of the table.
std::vector<endpoint_name> endpoint_names();

/// The methods of a path for the `Allow` header, comma-separated; empty where the path is not
/// known.
std::string allowed_methods(std::string_view path);

/// Errors, in this order: `not_found` (path), `method_not_allowed`, the caller's own (no valid
/// token), `forbidden` (GETs take any valid token, the others need one of the roles),
/// `invalid_payload`, `payload_too_deep`.
result<rest_call> decode(const request& what, const result<identity_ptr>& caller, const policy& by);

}  // namespace parley::rest
