// What back ends told of the senders of messages that are read from the store, or came without it.
#pragma once

#include <map>
#include <vector>

#include "actors/core.hpp"
#include "actors/store/store.hpp"
#include "protocol/domain/model.hpp"

namespace parley {

/// Who is not in it is not known, or was not asked for.
using profile_map = std::map<user_id, profile_ptr>;

/// On the store's thread.
profile_map read_profiles(store& on, const std::vector<user_id>& of);
profile_map read_senders(store& on, const std::vector<message>& of);

/// Null where it is not there.
profile_ptr profile_of(const profile_map& known, const user_id& who);

/// Messages as they are told, which is more than what is kept of them.
struct told_page {
  history_page page;
  profile_map senders;
};

/// Reads a page; with its senders where back ends told of users at all.
inline auto read_told(const core& actors, page_request what) {
  return [what = std::move(what), known = actors.store != nullptr && actors.store->knows_users()](store& on) {
    told_page read{on.history(what), {}};
    if (known) read.senders = read_senders(on, read.page.messages);
    return read;
  };
}

}  // namespace parley
