// What REST's endpoints answer, as JSON text in the words of their documents. From the actors'
// answer to the HTTP session. Pure; on any thread.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/domain/errors.hpp"
#include "protocol/domain/events.hpp"
#include "protocol/rest/calls.hpp"

namespace parley::rest {

/// {users, count, stats}
std::string answer(const event::users_listed& users, const event::users_summarized& stats);

/// {totalUsers, usersByRole, connectionTimes}
std::string answer(const event::users_summarized& stats);

/// {success, delivered}: how many sessions got it. A single user who has none makes it no success.
std::string answer(const call::notify& what, std::size_t delivered);

/// {status: "error", code, message, statusCode, data?}; the HTTP status is `info(why.code).status`.
std::string answer(const error& why);

}  // namespace parley::rest
