// After a run: whether the history of every conversation holds each acknowledged message exactly once, and whether the
// server counts as many users online as there are.
#pragma once

#include <cstdint>

#include "tests/load/traffic.hpp"

namespace parley::load {

struct audit_result {
  bool histories = false;  ///< false: the dialect has no history, nothing was checked
  std::uint64_t kept = 0;  ///< acknowledged messages looked for
  std::uint64_t missing = 0;
  std::uint64_t doubled = 0;
  bool presence = false;            ///< false: the dialect has no count of users
  std::int64_t presence_wrong = 0;  ///< by how many users the server is off
};

audit_result audit(stage& on, traffic& of);

}  // namespace parley::load
