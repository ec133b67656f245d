#include "net/heard_log.hpp"

#include "net/metrics.hpp"

namespace parley::net {

heard_log::entry* heard_log::find(const conversation_id& in) {
  const auto found = entries_.find(in);
  return found == entries_.end() ? nullptr : &found->second;
}

heard_log::entry& heard_log::of(const conversation_id& in) {
  if (auto* known = find(in)) return *known;
  if (entries_.size() >= max_conversations) {
    entries_.erase(entries_.begin());
    metrics::count_forgotten();
  }
  return entries_[in];
}

}  // namespace parley::net
