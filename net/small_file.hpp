// Reads a file that configuration names: keys, or configuration itself. On the main thread. Invariant: no more is read
// than anybody writes into such a file: a device would never end.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/domain/result.hpp"

namespace parley::net {

inline constexpr std::size_t max_small_file_bytes = 1024 * 1024;

/// Why a file was not read: half a sentence, without the file's name.
struct unread_file {
  std::string why;
};

result<std::string, unread_file> read_small_file(const std::string& path);

}  // namespace parley::net
