// The tables of documents 001 and 003, as they stand there: a name that is missing, or one too
// many, fails here.
#include <set>

#include <doctest/doctest.h>

#include "tests/unit/protocol/dialects/people.hpp"

using namespace parley;
using namespace parley::dialects;

namespace {

using names = std::set<std::string>;

/// At least one of each kind that a dialect may have words for.
std::vector<any_event> everything() {
  const room_name room{"x"};
  event::message_posted posted{message_id{"m1"}, ana(), "hi", event::scope::all, room, "\"ben\""};
  std::vector<any_event> all{
      event::session_opened{ana(), {}},
      event::user_came_online{ana(), 1},
      event::user_went_offline{ana(), 0},
      event::room_joined{room},
      event::room_left{room},
      event::member_joined{ana(), room},
      event::member_left{ana(), room},
      event::announced{ana(), "hi"},
      event::users_listed{},
      event::users_summarized{},
      event::pinged{ana()},
      event::token_refreshed{noon},
      event::command_failed{},
  };
  for (const auto scope : {event::scope::room, event::scope::user, event::scope::all}) {
    posted.scope = scope;
    all.push_back(posted);
  }
  for (const auto reach : {event::reach::user, event::reach::all, event::reach::role})
    all.push_back(event::notified{ana(), "hi", "info", reach, "admin"});
  return all;
}

names emitted_by(dialect_id id) {
  names found;
  for (const auto& body : everything())
    for (const auto& each : encode({id}, {noon, body})) found.insert(each.name);
  return found;
}

bool knows(dialect_id id, const std::string& name) {
  const auto what = get(id).decode({name, {}}, *ana().who, {});
  return !std::holds_alternative<not_mine>(what);
}

}  // namespace

TEST_CASE("vocabulary: rooms knows every client event of document 001") {
  for (const auto* name :
       {"get-active-users", "get-users-stats", "send-message", "join-room", "leave-room", "room-message"})
    CHECK_MESSAGE(knows(dialect_id::rooms, name), name);
  for (const auto* name : {"join_room", "ping", "connected", ""})
    CHECK_FALSE_MESSAGE(knows(dialect_id::rooms, name), name);
}

TEST_CASE("vocabulary: rooms emits exactly the server events of document 001") {
  CHECK(emitted_by(dialect_id::rooms) == names{"connected", "user-connected", "user-disconnected", "active-users",
                                               "users-stats", "private-message", "broadcast-message", "notification",
                                               "broadcast-notification", "role-notification", "user-joined-room",
                                               "user-left-room", "room-message", "joined-room", "left-room", "error"});
}

TEST_CASE("vocabulary: hub knows every client event of document 003") {
  for (const auto* name : {"join_room", "leave_room", "send_message", "get_online_users", "ping", "admin_broadcast"})
    CHECK_MESSAGE(knows(dialect_id::hub, name), name);
  for (const auto* name : {"join-room", "pong", ""}) CHECK_FALSE_MESSAGE(knows(dialect_id::hub, name), name);
}

TEST_CASE("vocabulary: hub emits exactly document 003's server events, and its confirmations") {
  CHECK(emitted_by(dialect_id::hub) == names{"user_joined", "user_left", "user_online", "user_offline", "new_message",
                                             "notification", "admin_announcement", "exception", "joined_room",
                                             "left_room", "online_users", "pong"});
}
