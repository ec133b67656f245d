// Paths and the patterns that REST's endpoints are found by, such as
// /api/conversations/{id}/members/{userId}. Pure; on the thread that serves the HTTP request.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::rest {

/// What stands in place of the placeholders, in their order, percent-decoded.
using path_values = std::vector<std::string>;

/// Segment by segment; a placeholder takes one segment that is not empty. `path` is without the
/// query.
std::optional<path_values> match(std::string_view pattern, std::string_view path);

}  // namespace parley::rest
