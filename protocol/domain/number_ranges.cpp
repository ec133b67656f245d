#include "protocol/domain/number_ranges.hpp"

#include <algorithm>

namespace parley {

void number_ranges::add(number_range more) {
  if (more.last < more.first) return;
  // What comes live continues the last range.
  if (!ranges_.empty() && more.first == ranges_.back().last + 1) {
    ranges_.back().last = more.last;
    return;
  }
  const auto touches = [&more](const number_range& each) {
    return each.first <= more.last + 1 && more.first <= each.last + 1;
  };
  for (const auto& each : ranges_) {
    if (!touches(each)) continue;
    more.first = std::min(more.first, each.first);
    more.last = std::max(more.last, each.last);
  }
  std::erase_if(ranges_, touches);
  const auto place = std::find_if(ranges_.begin(), ranges_.end(),
                                  [&more](const number_range& each) { return each.first > more.last; });
  ranges_.insert(place, more);
  if (ranges_.size() > max_ranges) ranges_.erase(ranges_.begin());
}

bool number_ranges::insert(std::uint64_t number) {
  if (contains(number)) return false;
  add(number);
  return true;
}

// From the end: what is asked for is seldom old.
bool number_ranges::contains(std::uint64_t number) const {
  for (auto each = ranges_.rbegin(); each != ranges_.rend() && number <= each->last; ++each)
    if (each->first <= number) return true;
  return false;
}

std::uint64_t end_of_known(const std::vector<number_range>& known, std::uint64_t number) {
  for (const auto& each : known)
    if (each.first <= number + 1 && each.last > number) number = each.last;
  return number;
}

}  // namespace parley
