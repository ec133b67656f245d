#include "actors/state/cluster_state.hpp"

#include <algorithm>
#include <utility>

namespace parley {

void cluster_state::read(cluster_view view, time_point now) {
  if (view.number < view_.number) return;
  view_ = std::move(view);
  for (const auto& each : view_.nodes) seen_.try_emplace(each.number, now);
  std::erase_if(seen_, [this](const auto& each) { return is_gone(each.first); });
  std::erase_if(answering_, [this](const auto& each) { return !each.second && is_gone(each.first); });
}

std::vector<cluster_node> cluster_state::members() const {
  std::vector<cluster_node> found;
  std::copy_if(view_.nodes.begin(), view_.nodes.end(), std::back_inserter(found),
               [](const cluster_node& each) { return each.member; });
  return found;
}

bool cluster_state::answers(std::uint32_t number) const {
  const auto found = answering_.find(number);
  return number == self_ || (found != answering_.end() && found->second);
}

bool cluster_state::counts(const cluster_view& view) const {
  return std::any_of(view.nodes.begin(), view.nodes.end(),
                     [this](const cluster_node& each) { return each.number == self_ && each.member; });
}

bool cluster_state::is_gone(std::uint32_t number) const {
  return std::none_of(view_.nodes.begin(), view_.nodes.end(),
                      [number](const cluster_node& each) { return each.number == number; });
}

bool cluster_state::is_broken(std::uint32_t number) const {
  const auto found = answering_.find(number);
  return found != answering_.end() && !found->second && is_member(number) && is_member(self_);
}

bool cluster_state::is_member(std::uint32_t number) const {
  return std::any_of(view_.nodes.begin(), view_.nodes.end(),
                     [number](const cluster_node& each) { return each.number == number && each.member; });
}

// One that answered before is given up on at once: its link has waited long enough.
bool cluster_state::gave_up_on(const cluster_node& member, time_point now) const {
  if (answers(member.number)) return false;
  return answering_.contains(member.number) || now - seen_.at(member.number) > patience_;
}

cluster_state::step cluster_state::next(time_point now) {
  step made;
  const auto all = members();
  const bool inside = is_member(self_);
  std::size_t reached = 0;
  for (const auto& each : all) {
    if (answers(each.number)) ++reached;
    if (gave_up_on(each, now)) made.exclude.push_back(each.number);
  }
  // Who is outside has no say, unless nobody is inside any more: whether that is so the database knows.
  const bool abandoned = !was_member_ && !leaving_ && made.exclude.size() == all.size();
  if (!inside && !abandoned) made.exclude.clear();
  const bool complete = reached == all.size();
  made.quorum = inside && 2 * reached >= all.size();
  const bool forgotten = was_enrolled_ && is_gone(self_);
  made.out = ((was_member_ && !inside) || forgotten) && !leaving_;
  was_member_ = was_member_ || inside;
  was_enrolled_ = was_enrolled_ || !is_gone(self_);
  made.join = !inside && !was_member_ && complete && !is_gone(self_);
  if (complete && (inside || leaving_) && view_.number > taken_) {
    made.take = true;
    taken_ = view_.number;
  }
  for (const auto& each : view_.nodes)
    if (!answers(each.number) && !is_broken(each.number) && name_ < each.name) made.call.push_back(each);
  return made;
}

}  // namespace parley
