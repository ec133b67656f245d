#include "actors/state/receipts_state.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace parley {
namespace {

constexpr auto nobody = std::numeric_limits<sequence>::max();

}  // namespace

void receipts_state::reset(std::vector<member> members) {
  members_.clear();
  for (auto& each : members) {
    auto id = each.who.id;
    members_.emplace(std::move(id), std::move(each));
  }
  remembered_.clear();
}

bool receipts_state::add(const person& who, sequence last) {
  return members_.emplace(who.id, member{who, last, last, last}).second;
}

bool receipts_state::remove(const user_id& who) { return members_.erase(who) > 0; }

void receipts_state::learn(const person& who) {
  const auto found = members_.find(who.id);
  if (found != members_.end()) found->second.who.id_json = who.id_json;
}

const member* receipts_state::find(const user_id& who) const {
  const auto found = members_.find(who);
  return found == members_.end() ? nullptr : &found->second;
}

std::optional<member> receipts_state::raised(const user_id& who, message_status to, sequence upto) const {
  const auto* is = find(who);
  if (is == nullptr) return std::nullopt;
  auto next = *is;
  next.delivered = std::max(next.delivered, upto);
  if (to == message_status::read) next.read = std::max(next.read, upto);
  if (next.delivered == is->delivered && next.read == is->read) return std::nullopt;
  return next;
}

std::vector<status_change> receipts_state::apply(const std::vector<member>& raised,
                                                 const std::vector<message_mark>& others) {
  const auto then = levels_now();
  std::vector<step> steps;
  for (const auto& each : raised) {
    const auto found = members_.find(each.who.id);
    if (found == members_.end()) continue;
    auto& is = found->second;
    steps.push_back({is, is.delivered, is.read});
    is.delivered = std::max(is.delivered, each.delivered);
    is.read = std::max(is.read, each.read);
  }
  auto risen = risen_since(then, others);
  for (auto& each : risen) each.by = who_raised(each, steps);
  return risen;
}

std::vector<status_change> receipts_state::remove(const user_id& who, const std::vector<message_mark>& others) {
  const auto then = levels_now();
  const auto gone = members_.extract(who);
  auto risen = risen_since(then, others);
  if (gone)
    for (auto& each : risen) each.by = gone.mapped().who;
  return risen;
}

// Of several who got there together the last one; never the sender, for whom nobody waits.
person receipts_state::who_raised(const status_change& risen, const std::vector<step>& steps) {
  const auto reached = [&risen](sequence delivered, sequence read) {
    return (risen.now == message_status::read ? read : std::max(delivered, read)) >= risen.what.seq;
  };
  const auto found = std::find_if(steps.rbegin(), steps.rend(), [&](const step& each) {
    return each.is.who.id != risen.what.sender && !reached(each.delivered, each.read) &&
           reached(each.is.delivered, each.is.read);
  });
  return found != steps.rend() ? found->is.who : person{};
}

std::vector<status_change> receipts_state::risen_since(const levels& then, const std::vector<message_mark>& others) {
  const auto now = levels_now();
  std::vector<status_change> risen;
  const auto compare = [&](const message_mark& what) {
    const auto status = now.status(what.seq, what.sender);
    if (status > then.status(what.seq, what.sender)) risen.push_back({what, status});
  };
  const auto is_other = [&others](const message_mark& what) {
    return std::any_of(others.begin(), others.end(), [&what](const auto& each) { return each.seq == what.seq; });
  };
  for (const auto& each : others) compare(each);
  for (const auto& each : remembered_)
    if (!is_other(each)) compare(each);
  std::erase_if(remembered_, [&now](const message_mark& each) { return each.seq <= now.read.lowest; });
  return risen;
}

void receipts_state::remember(message_mark what) {
  remembered_.push_back(std::move(what));
  if (remembered_.size() > max_remembered) remembered_.erase(remembered_.begin());
}

bool receipts_state::remembers_after(sequence seq, sequence last) const {
  if (seq >= last) return true;
  return !remembered_.empty() && remembered_.front().seq <= seq + 1;
}

// An own position counts for nobody's own messages: `without` leaves the sender out.
receipts_state::levels receipts_state::levels_now() const {
  levels now{{nobody, nobody, nullptr}, {nobody, nobody, nullptr}, {nobody, nobody, nullptr}};
  const auto lower = [](level& into, sequence position, const user_id& who) {
    if (position < into.lowest) {
      into.second = std::exchange(into.lowest, position);
      into.last = &who;
    } else {
      into.second = std::min(into.second, position);
    }
  };
  for (const auto& [id, is] : members_) {
    lower(now.delivered, std::max(is.delivered, is.read), id);
    lower(now.read, is.read, id);
    lower(now.joined_after, is.joined_after, id);
  }
  return now;
}

message_status receipts_state::levels::status(sequence seq, const user_id& sender) const {
  // Who came later has got beyond it from the start, and so does not hold it back.
  const bool for_somebody = joined_after.without(sender) < seq;
  const auto reached = [&](const level& by) { return for_somebody && by.without(sender) >= seq; };
  if (reached(read)) return message_status::read;
  return reached(delivered) ? message_status::delivered : message_status::sent;
}

}  // namespace parley
