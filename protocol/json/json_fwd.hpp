// The JSON value type by name only, for headers that pass it on without looking inside.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace parley {

using json = nlohmann::json;

}  // namespace parley
