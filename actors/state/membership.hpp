// Which rooms a session is in or about to enter, and what has to wait until it is. Pure; owned by the session actor.
// Invariant: what a client says about a room reaches the room in the order it was said, also while the join is under
// way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "protocol/domain/ids.hpp"

namespace parley {

/// `Command` is what can be made to wait; the membership only keeps it.
template <class Command>
class membership {
 public:
  enum class verdict {
    go,       // pass it on to the room
    wait,     // kept: the join is under way; it comes back from `entered` or `lost`
    already,  // a join of a room that the session is in
    outside,  // the session is not in that room
    full,     // a join beyond the limit
  };

  explicit membership(std::size_t limit) : limit_{limit} {}

  /// On `go` the room counts as being joined, and the command is kept until it is.
  verdict join(const room_name& room, Command& command) {
    if (const auto found = rooms_.find(room); found != rooms_.end())
      return found->second.in ? verdict::already : defer(found->second, command);
    if (rooms_.size() >= limit_) return verdict::full;
    rooms_[room].join = std::make_unique<Command>(std::move(command));
    return verdict::go;
  }

  verdict post(const room_name& room, Command& command) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return verdict::outside;
    return found->second.in ? verdict::go : defer(found->second, command);
  }

  /// On `go` the session is no longer in the room.
  verdict leave(const room_name& room, Command& command) {
    const auto said = post(room, command);
    if (said == verdict::go) rooms_.erase(room);
    return said;
  }

  bool knows(const room_name& room) const { return rooms_.contains(room); }

  /// The room has let the session in; returns what waited for that, in order.
  std::vector<Command> entered(const room_name& room, std::uint64_t topic) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return {};
    found->second.in = true;
    found->second.join = nullptr;
    found->second.topic = topic;
    return std::exchange(found->second.waiting, {});
  }

  /// The room is no more; returns what waited for it.
  std::vector<Command> lost(const room_name& room) {
    auto gone = rooms_.extract(room);
    return gone ? std::move(gone.mapped().waiting) : std::vector<Command>{};
  }

  /// The topics of the rooms that the session is in.
  std::vector<std::uint64_t> topics() const {
    std::vector<std::uint64_t> all;
    for (const auto& [room, is] : rooms_)
      if (is.in) all.push_back(is.topic);
    return all;
  }

  /// The rooms whose join is under way.
  std::vector<room_name> joining() const {
    std::vector<room_name> all;
    for (const auto& [room, is] : rooms_)
      if (!is.in) all.push_back(room);
    return all;
  }

  /// What the client said to join that room; null where no join is under way.
  const Command* join_of(const room_name& room) const {
    const auto found = rooms_.find(room);
    return found == rooms_.end() ? nullptr : found->second.join.get();
  }

  /// What waits for that room, which the session is in or joins.
  const std::vector<Command>& waiting_for(const room_name& room) const { return rooms_.at(room).waiting; }

  std::vector<room_name> names() const {
    std::vector<room_name> all;
    for (const auto& [room, is] : rooms_) all.push_back(room);
    return all;
  }

  std::size_t size() const { return rooms_.size(); }

 private:
  struct entry {
    bool in = false;
    std::uint64_t topic = 0;
    std::unique_ptr<Command> join;
    std::vector<Command> waiting;
  };

  static verdict defer(entry& at, Command& command) {
    at.waiting.push_back(std::move(command));
    return verdict::wait;
  }

  std::size_t limit_;
  std::unordered_map<room_name, entry> rooms_;
};

}  // namespace parley
