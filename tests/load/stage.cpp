#include "tests/load/stage.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace parley::load {
namespace {

constexpr std::size_t most_complaints = 10;  // different ones are shown; all are counted

std::string_view after_field(std::string_view name, std::string_view packet) {
  std::string key = "\"";
  key.append(name).append("\":");
  const auto at = packet.find(key);
  return at == std::string_view::npos ? std::string_view{} : packet.substr(at + key.size());
}

bool has_read(const group_plan& group) {
  return std::any_of(group.actions.begin(), group.actions.end(),
                     [](const action_plan& each) { return each.kind == action_kind::read; });
}

}  // namespace

std::string_view text_field(std::string_view name, std::string_view packet) {
  auto rest = after_field(name, packet);
  if (rest.empty() || rest.front() != '"') return {};
  rest.remove_prefix(1);
  return rest.substr(0, rest.find('"'));
}

stage::stage(const setting& how)
    : how_{how},
      cast_{make_cast(how.what, how.speaks, how.secret, how.run, ledger_)},
      swarm_{*this},
      timeline_{how.servers},
      last_(cast_.users.size()),
      ready_(cast_.users.size()),
      chance_{how.what.seed} {
  for (const auto& group : how.what.groups) reads_.push_back(has_read(group));
  seat_all();
}

void stage::seat_all() {
  const auto name = [this](std::uint32_t stream, word kind) {
    kinds_.resize(std::max<std::size_t>(kinds_.size(), stream + 1));
    kinds_[stream] = kind;
  };
  for (const auto& card : cast_.users) {
    for (const auto& each : card.rooms) name(each.stream, word::room);
    for (const auto& each : card.conversations) name(each.stream, word::conversation);
    if (card.has_peer) name(card.to_peer, word::private_message);
    const auto& group = how_.what.groups[card.group];
    target_.push_back(card.is.number % how_.targets.size());
    swarm_.add({&how_.targets[target_.back()], group.transport, group.reads_bytes_per_second > 0},
               user{how_.speaks, card.is, *this});
  }
}

void stage::open(std::uint32_t user) { swarm_.open(user); }

void stage::close(std::uint32_t user) {
  no_longer_ready(user);
  swarm_.close(user);
}

void stage::turn(std::uint64_t deadline) {
  swarm_.turn(std::min(deadline, timeline_.next_sample()));
  if (now_ns() < timeline_.next_sample()) return;
  swarm_.drop_overdue(now_ns(), static_cast<std::uint64_t>(how_.what.connect_timeout_seconds * 1e9));
  while (now_ns() >= timeline_.next_sample()) show(timeline_.take(counts_, connected_));
}

template <class Do>
void stage::for_streams_of(const player_card& who, Do what) {
  for (const auto& each : who.rooms) what(each.stream);
  for (const auto& each : who.conversations) what(each.stream);
  if (!who.has_peer) return;
  what(who.to_peer);
  what(cast_.users[who.peer].to_peer);
}

void stage::no_longer_ready(std::uint32_t user) {
  if (ready_[user]) --connected_;
  ready_[user] = false;
  for_streams_of(cast_.users[user], [&](std::uint32_t stream) {
    ledger_.left(stream, user);
    ledger_.excuse(stream, user);
  });
}

// Private messages reach whoever is connected; the rest where joining is confirmed.
void stage::on_ready(std::uint32_t user) {
  ++connected_;
  ready_[user] = true;
  ++counts_.connects;
  connect_times_.record(now_ns() - swarm_.opened_at(user));
  for_streams_of(cast_.users[user], [&](std::uint32_t stream) {
    const auto kind = kinds_[stream];
    const auto join = kind == word::room ? word::join_room : word::join_conversation;
    ledger_.joined(stream, user, kind == word::private_message || !how_.speaks[join].done.empty());
  });
  if (follower_ != nullptr) follower_->on_ready(user);
}

bool stage::is_slow(std::uint32_t user) const {
  return how_.what.groups[cast_.users[user].group].reads_bytes_per_second > 0;
}

// Of what kind it is says its stream: two kinds may share an event's name.
void stage::on_message(std::uint32_t user, word heard_as, std::string_view packet, std::uint64_t now) {
  auto& finder = tickets_[static_cast<std::size_t>(heard_as)];
  const auto message = finder.find(packet);
  if (!message) return on_notice(user, nullptr, packet);
  if (message->stream >= kinds_.size() || message->sender >= cast_.users.size()) return ledger_.count_stray();
  const auto kind = kinds_[message->stream];
  if (how_.speaks[kind].to_all && !ledger_.is_member(message->stream, user)) return on_notice(user, nullptr, packet);
  if (!finder.is_intact(packet, how_.what.text_bytes)) {
    ++counts_.corrupted;
    return complain("corrupted", packet);
  }
  if (!ledger_.book(message->stream, user, message->id())) return;
  ++counts_.delivered;
  if (!is_slow(user)) {
    const auto latency = now - std::min(now, message->intended);
    timeline_.record_latency(latency);
    if (is_measured(message->intended)) latencies_.record(latency);
  }
  if (reads_[cast_.users[user].group]) remember_last(user, kind, packet, message->stream);
  const bool returned = kind == word::private_message ? user != message->sender : user == message->sender;
  if (returned && follower_ != nullptr) follower_->on_returned(*message, kind);
}

void stage::remember_last(std::uint32_t user, word kind, std::string_view packet, std::uint32_t stream) {
  const auto& field = how_.speaks[kind].id_field;
  if (field.empty()) return;
  for (const auto& each : cast_.users[user].conversations)
    if (each.stream == stream) last_[user] = {std::string{text_field(field, packet)}, each.name};
}

void stage::on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) {
  if (follower_ != nullptr) follower_->on_ack(user, ack, packet, now);
}

void stage::on_notice(std::uint32_t, const spoken* confirms, std::string_view packet) {
  ++counts_.notices;
  if (confirms == nullptr || confirms->count_field.empty()) return;
  const auto digits = after_field(confirms->count_field, packet);
  std::from_chars(digits.data(), digits.data() + digits.size(), presence_count_);
}

void stage::on_error(std::uint32_t, std::string_view packet) {
  ++counts_.errors;
  complain("error", packet);
}

void stage::on_lost(std::uint32_t user, std::string_view reason) {
  const bool slow = is_slow(user);
  ++(slow ? counts_.cut_off : counts_.failures);
  if (!slow) complain("connection", reason);
  no_longer_ready(user);
  try_elsewhere(user);
  if (follower_ != nullptr) follower_->on_lost(user);
}

// Another server may do better; any of them, as those who were together would stay together.
void stage::try_elsewhere(std::uint32_t user) {
  const auto count = how_.targets.size();
  if (count < 2) return;
  target_[user] = (target_[user] + 1 + chance_() % (count - 1)) % count;
  swarm_.reroute(user, how_.targets[target_[user]]);
}

void stage::complain(std::string_view kind, std::string_view text) {
  if (complaints_.size() == most_complaints || !complaints_.emplace(text.substr(0, 300)).second) return;
  std::fprintf(stderr, "parley-load: %.*s: %.*s\n", static_cast<int>(kind.size()), kind.data(),
               static_cast<int>(std::min<std::size_t>(text.size(), 300)), text.data());
}

void stage::show(const sample& last) const {
  std::fprintf(stderr, "%5.0f s  connected %u  sent %.0f/s  delivered %.0f/s  p50 %.2f ms  p99 %.2f ms  errors %llu\n",
               last.at, last.connected, last.sent_per_second, last.delivered_per_second, last.p50_ms, last.p99_ms,
               static_cast<unsigned long long>(counts_.errors) + counts_.failures);
}

}  // namespace parley::load
