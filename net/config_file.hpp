// The configuration file: one `name = value` per line, as TOML or INI has it. On the main thread, before the server.
#pragma once

#include <string>
#include <unordered_map>

#include "protocol/domain/result.hpp"

namespace parley::net {

using option_texts = std::unordered_map<std::string, std::string>;

/// What the file at `path` says of each option; of a list, its parts with commas between them. The error says which
/// line it is about.
result<option_texts, std::string> read_config_file(const std::string& path);

}  // namespace parley::net
