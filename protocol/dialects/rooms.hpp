// The dialect `rooms`: kebab-case events with roles and a REST side (document 001). Constant, on
// every shard. Invariant: event names, field names and texts are those of the document.
#pragma once

#include <string>

#include "protocol/dialects/dialect.hpp"

namespace parley::dialects {

/// `user` and `from` are {id, username, role, roles, connectedAt, email?}; `connectedAt` is null
/// for a back end that notifies over REST without being connected. What `hub` calls an announcement
/// is a `broadcast-notification` of type "announcement" here.
const dialect& rooms();

/// A `user`; until the next one on this thread.
std::string_view rooms_user(const participant& who);

/// {users, count}, as the event `active-users` and the REST endpoint of that name have it.
std::string users_text(const event::users_listed& what);

/// {totalUsers, usersByRole, connectionTimes}, likewise.
std::string stats_text(const event::users_summarized& what);

}  // namespace parley::dialects
