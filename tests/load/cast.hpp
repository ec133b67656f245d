// Everybody who takes part, made from the script: the users of all groups, what each is in, and the streams by which
// the ledger follows their messages.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/load/dialect.hpp"
#include "tests/load/ledger.hpp"
#include "tests/load/script.hpp"
#include "tests/load/user.hpp"

namespace parley::load {

/// A room or conversation somebody is in.
struct topic {
  std::string name;
  std::uint32_t stream = 0;
};

struct player_card {
  persona is;
  std::uint32_t group = 0;
  std::vector<topic> rooms;
  std::vector<topic> conversations;
  std::uint32_t peer = 0;     ///< the partner of private messages: the other one of the pair
  std::uint32_t to_peer = 0;  ///< the stream towards the partner
  bool has_peer = false;
};

struct group_span {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct cast_list {
  std::deque<player_card> users;  // personas stay where they are
  std::vector<group_span> groups;
};

/// Makes the users. `secret` signs their tokens; `run` makes the names of this run's users and topics differ from those
/// of others.
cast_list make_cast(const script& from, const dialect& speaks, std::string_view secret, std::string_view run,
                    ledger& into);

}  // namespace parley::load
