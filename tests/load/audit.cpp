#include "tests/load/audit.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>

#include "protocol/json/json.hpp"

namespace parley::load {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t patience = 10 * second;
constexpr std::uint64_t poll_interval = second / 20;

/// Asks for pages of history, one at a time.
class reader final : public follower {
 public:
  reader(stage& on, follower& before) : stage_{on}, before_{before} { stage_.follow(*this); }
  ~reader() { stage_.follow(before_); }
  reader(const reader&) = delete;
  reader& operator=(const reader&) = delete;

  /// The arguments of the ack; nothing where none came in time.
  std::optional<json> page(std::uint32_t user, std::string_view conversation, std::uint64_t after) {
    const auto seq = std::to_string(after);
    blanks values;
    values[static_cast<std::size_t>(blank::topic)] = conversation;
    values[static_cast<std::size_t>(blank::seq)] = seq;
    const auto number = ++number_;
    answer_.reset();
    if (!stage_.connections().say(user, word::history, values, &number)) return std::nullopt;
    for (const auto end = now_ns() + patience; !answer_ && now_ns() < end;) stage_.turn(now_ns() + poll_interval);
    return answer_;
  }

  void on_ready(std::uint32_t) override {}
  void on_lost(std::uint32_t) override {}
  void on_returned(const ticket&, word) override {}
  void on_ack(std::uint32_t, std::uint64_t ack, std::string_view packet, std::uint64_t) override {
    if (ack != number_) return;  // of something said before
    auto parsed = json::parse(packet.substr(std::min(packet.find('['), packet.size())), nullptr, false);
    if (parsed.is_array() && !parsed.empty()) answer_ = std::move(parsed[0]);
  }

 private:
  stage& stage_;
  follower& before_;
  std::uint64_t number_ = 1ULL << 40U;  // apart from those of the run
  std::optional<json> answer_;
};

std::uint64_t number_in(const json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// How often each message stands in the conversation's history; false where it could not be read.
bool read_history(reader& by, std::uint32_t user, const topic& of, std::unordered_map<message_id, int>& into) {
  ticket_finder tickets;
  for (std::uint64_t after = 0;;) {
    const auto page = by.page(user, of.name, after);
    if (!page || !page->is_object() || !page->contains("messages")) return false;
    const auto before = after;
    for (const auto& each : page->at("messages")) {
      after = std::max(after, number_in(each, "seq"));
      if (const auto found = tickets.find(each.dump(-1, ' ', false, json::error_handler_t::replace)))
        ++into[found->id()];
    }
    if (page->find("hasMore") == page->end() || page->at("hasMore") != true) return true;
    if (after == before) return false;  // it would go on like that without end
  }
}

void audit_conversation(reader& by, stage& on, const topic& of, const std::vector<message_id>& kept,
                        audit_result& into) {
  const auto& users = on.cast().users;
  const auto member = std::find_if(users.begin(), users.end(), [&](const player_card& each) {
    const auto in = std::any_of(each.conversations.begin(), each.conversations.end(),
                                [&](const topic& known) { return known.stream == of.stream; });
    return in && on.connections().is_ready(each.is.number);
  });
  std::unordered_map<message_id, int> found;
  if (member == users.end() || !read_history(by, member->is.number, of, found)) {
    into.missing += kept.size();
    return;
  }
  for (const auto id : kept) into.missing += found.contains(id) ? 0 : 1;
  for (const auto& [id, times] : found) into.doubled += times > 1 ? 1 : 0;
}

void audit_histories(stage& on, traffic& of, audit_result& into) {
  std::unordered_map<std::uint32_t, std::vector<message_id>> kept;
  for (const auto& each : of.kept()) kept[each.stream].push_back(each.id);
  std::map<std::uint32_t, topic> topics;
  for (const auto& card : on.cast().users)
    for (const auto& each : card.conversations) topics.emplace(each.stream, each);
  reader by{on, of};
  into.histories = true;
  into.kept = of.kept().size();
  for (const auto& [stream, each] : topics)
    if (const auto found = kept.find(stream); found != kept.end())
      audit_conversation(by, on, each, found->second, into);
}

/// Asks until the answer is right, or time is up: presence may lag by its grace time.
void audit_presence(stage& on, audit_result& into) {
  const auto& users = on.cast().users;
  const auto somebody = std::find_if(users.begin(), users.end(), [&](const player_card& each) {
    return on.connections().is_ready(each.is.number) && on.what().groups[each.group].reads_bytes_per_second == 0;
  });
  if (somebody == users.end()) return;
  into.presence = true;
  for (const auto end = now_ns() + patience; now_ns() < end;) {
    on.connections().say(somebody->is.number, word::presence, {}, nullptr);
    for (const auto until = now_ns() + second / 2; now_ns() < until;) on.turn(until);
    into.presence_wrong = std::abs(on.presence_count() - static_cast<std::int64_t>(on.connected()));
    if (into.presence_wrong == 0) return;
  }
}

}  // namespace

audit_result audit(stage& on, traffic& of) {
  audit_result found;
  if (!on.speaks()[word::history].emit.empty() && !of.kept().empty()) audit_histories(on, of, found);
  if (!on.speaks()[word::presence].count_field.empty()) audit_presence(on, found);
  return found;
}

}  // namespace parley::load
