// What REST's endpoints answer, as JSON text in the words of their documents. From the actors'
// answer to the HTTP session. Pure; on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/domain/errors.hpp"
#include "protocol/domain/events.hpp"
#include "protocol/rest/calls.hpp"

namespace parley::rest {

/// {users, count, stats}
std::string answer(const event::users_listed& users, const event::users_summarized& stats);

/// {totalUsers, usersByRole, connectionTimes}
std::string answer(const event::users_summarized& stats);

/// {success, delivered, users}: to how many sessions it was written, and of how many users they are. A single user who
/// has none makes it no success.
std::string answer(const call::notify& what, const event::users_notified& reached);

/// {success: true}
std::string answer_done();

/// {users: [{userId, username}], count}
std::string answer(const event::users_listed& users);

/// {userId, online, lastSeen}
std::string answer(const presence_info& who);

/// {messageId, receipts: [{userId, status}]}
std::string answer(const message_id& what, const event::receipts_listed& receipts);

/// {id, username, name, avatar, phoneNumber, roles, tokenVersion}
std::string answer(const user_record& who);

struct client_description {
  std::string sid;
  std::string nsp;
  identity_ptr who;
  std::string address{};
};

/// {clients: [{sid, namespace, address, user: {id, username, role}}], count}
std::string answer(const std::vector<client_description>& clients);

/// The words of messenger for an event of a conversation: {ok: true, …}.
std::string answer(const domain_event& what);

/// {status: "error", code, message, statusCode, data?}; the HTTP status is `info(why.code).status`.
std::string answer(const error& why);

}  // namespace parley::rest
