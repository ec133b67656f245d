// The endpoints below /api: what was sent becomes a call. One function per row of calls.cpp's table; pure, on the
// thread that serves the HTTP request.
#pragma once

#include <string_view>

#include "protocol/dialects/payload.hpp"
#include "protocol/rest/calls.hpp"
#include "protocol/rest/path.hpp"

namespace parley::rest {

/// A request while it is read. What is wrong is kept by `body` or `query`. `service`: the caller may act for others.
struct reading {
  const path_values& path;
  dialects::payload& body;
  dialects::payload& query;
  const identity_ptr& caller;
  bool service = false;
  std::string_view key{};
  json_view raw;
  const dialects::payload_limits& limits;
};

namespace api {

rest_call make_conversation(reading& in);
rest_call list_conversations(reading& in);
rest_call describe_conversation(reading& in);
rest_call add_member(reading& in);
rest_call drop_member(reading& in);
rest_call post_message(reading& in);
rest_call list_history(reading& in);
rest_call read_message(reading& in);
rest_call edit_message(reading& in);
rest_call delete_message(reading& in);
rest_call list_receipts(reading& in);
rest_call user_presence(reading& in);
rest_call keep_user(reading& in);
rest_call revoke_user(reading& in);
rest_call end_client(reading& in);
rest_call emit(reading& in);

}  // namespace api
}  // namespace parley::rest
