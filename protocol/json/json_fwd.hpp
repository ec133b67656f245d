// The JSON value type by name only, for headers that pass it on without looking inside.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace parley {

using json = nlohmann::json;

namespace json_text {
class view;
}
/// A JSON value in a document, to be read in place (json_document.hpp).
using json_view = json_text::view;

}  // namespace parley
