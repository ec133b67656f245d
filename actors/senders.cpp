#include "actors/senders.hpp"

#include <memory>

namespace parley {

profile_map read_profiles(store& on, const std::vector<user_id>& of) {
  profile_map known;
  for (const auto& who : of) {
    if (known.contains(who)) continue;
    const auto found = on.find_user(who);
    known.emplace(who, found ? std::make_shared<const user_record>(*found) : nullptr);
  }
  return known;
}

profile_map read_senders(store& on, const std::vector<message>& of) {
  std::vector<user_id> senders;
  senders.reserve(of.size());
  for (const auto& each : of) senders.push_back(each.sender.id);
  return read_profiles(on, senders);
}

profile_ptr profile_of(const profile_map& known, const user_id& who) {
  const auto found = known.find(who);
  return found == known.end() ? nullptr : found->second;
}

}  // namespace parley
