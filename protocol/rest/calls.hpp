// REST as one more dialect: an HTTP request becomes a call of the model, or the error that says why
// not. Between the HTTP session and the actors that answer. Pure; on any thread. Adding an endpoint
// is adding a row to calls.cpp's table.
#pragma once

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

}  // namespace call

using rest_call = std::variant<call::list_users_and_stats, call::users_stats, call::notify>;

/// `path` is without the query; `body` is JSON text, or empty.
struct request {
  std::string_view method;
  std::string_view path;
  std::string_view body{};
};

/// Who may do more than read. Configuration; role names compare without case.
struct policy {
  std::vector<std::string> writer_roles{"admin", "service"};
  dialects::payload_limits limits{};
};

/// The methods of a path for the `Allow` header, comma-separated; empty where the path is not
/// known.
std::string allowed_methods(std::string_view path);

/// Errors, in this order: `not_found` (path), `method_not_allowed`, the caller's own (no valid
/// token), `forbidden` (GETs take any valid token, the others need one of the roles),
/// `invalid_payload`.
result<rest_call> decode(const request& what, const result<identity_ptr>& caller, const policy& by);

}  // namespace parley::rest
