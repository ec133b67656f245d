// A result as people read it: a table for the terminal, a page with charts for the browser.
#pragma once

#include <string>

#include "protocol/json/json.hpp"

namespace parley::load {

std::string terminal_table(const json& result);

/// One self-contained page; it loads nothing.
std::string html_page(const json& result);

}  // namespace parley::load
