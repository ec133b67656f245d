// Refusals in Spanish, as the dialect `groups` tells them (document 000). From the model's English text to its
// translation, on the thread that encodes; pure, and only where something is refused. Invariant: whatever the error,
// the text is Spanish: what has no translation of its own is told by its code and field.
#pragma once

#include <string>
#include <string_view>

#include "protocol/domain/errors.hpp"

namespace parley::dialects {

/// The text of a code, as errors.cpp's table has it in English.
std::string_view spanish_text(errc code);

/// What the error's message says. To translate one more English text, add a row to the table in spanish.cpp.
std::string in_spanish(const error& reason);

}  // namespace parley::dialects
