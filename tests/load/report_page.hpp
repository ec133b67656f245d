#pragma once

#include <string_view>

namespace parley::load {

/// report.html, as the build put it into the program.
extern const std::string_view report_page;

}  // namespace parley::load
