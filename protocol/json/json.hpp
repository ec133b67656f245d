// The JSON value type, whole. Text becomes a value, and a value text, only through json_text.hpp:
// the library's own parse and dump throw on lone surrogates and recurse as deep as the sender
// likes.
#pragma once

#include <nlohmann/json.hpp>

#include "protocol/json/json_fwd.hpp"
