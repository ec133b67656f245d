#include "tests/load/traffic.hpp"

#include <algorithm>
#include <array>

namespace parley::load {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t reading_interval = second / 10;
constexpr std::uint64_t reconnect_delay = second;
constexpr range typing_time{1, 3};
constexpr std::size_t no_limit = 1U << 30U;

std::uint64_t interval_of(const action_plan& plan) {
  return static_cast<std::uint64_t>(static_cast<double>(second) / plan.rate);
}

/// `{"ok": false, …}` or `{"error": …}`, as back ends answer.
bool refused(std::string_view ack) {
  return ack.find("\"ok\":false") != std::string_view::npos || ack.find("[{\"error\":") != std::string_view::npos;
}

/// Entries of the agenda that are carried out before anything else is looked at.
constexpr int most_at_once = 1000;

}  // namespace

traffic::traffic(stage& on) : stage_{on}, random_{on.what().seed}, speakers_(on.cast().users.size()) {
  for (const auto& group : on.what().groups) turns_.emplace_back(group.actions.size());
  stage_.follow(*this);
  for (const auto& card : on.cast().users)
    if (group_of(card.is.number).reads_bytes_per_second > 0)
      agenda_.push({now_ns() + reading_interval, step::read, card.is.number, 0});
}

const group_plan& traffic::group_of(std::uint32_t user) const {
  return stage_.what().groups[stage_.cast().users[user].group];
}

std::uint64_t traffic::draw(range from) {
  std::uniform_real_distribution<> between{from.low, std::max(from.low, from.high)};
  return static_cast<std::uint64_t>(between(random_) * static_cast<double>(second));
}

// -- beginning and end -----------------------------------------------------------------------------------------------

void traffic::start() {
  running_ = true;
  for (std::uint32_t i = 0; i < stage_.what().groups.size(); ++i) start_group(i);
}

void traffic::stop() {
  running_ = false;
  finishing_ = true;
}

std::uint64_t traffic::unanswered() const {
  std::uint64_t open = 0;
  for (std::uint32_t user = 0; user < speakers_.size(); ++user)
    if (stage_.connections().is_ready(user)) open += speakers_[user].acks.size();
  return open;
}

void traffic::start_group(std::uint32_t group) {
  const auto& plan = stage_.what().groups[group];
  const auto span = stage_.cast().groups[group];
  const auto now = now_ns();
  for (std::uint32_t i = 0; i < plan.actions.size(); ++i) {
    if (plan.actions[i].rate > 0) agenda_.push({now, step::pace, group, i});
    if (plan.actions[i].window > 0) start_window(group, plan.actions[i]);
  }
  for (auto user = span.first; user < span.first + span.count; ++user) {
    // From somewhere within the first interval on, lest all act at once.
    if (plan.think) agenda_.push({now + draw({0, plan.think->high}), step::think, user, 0});
    if (plan.stay) schedule_departure(user, now);
  }
}

void traffic::start_window(std::uint32_t group, const action_plan& plan) {
  const auto span = stage_.cast().groups[group];
  const auto senders = plan.senders == 0 ? span.count : std::min(plan.senders, span.count);
  for (std::uint32_t i = 0; i < plan.window; ++i)
    for (std::uint32_t k = 0; k < senders; ++k) act(sender(group, plan, k), plan, now_ns());
}

/// Evenly spread over the group, so that a sender of each topic comes before a second one.
std::uint32_t traffic::sender(std::uint32_t group, const action_plan& plan, std::uint32_t turn) const {
  const auto span = stage_.cast().groups[group];
  const auto senders = plan.senders == 0 ? span.count : std::min(plan.senders, span.count);
  return span.first + static_cast<std::uint32_t>(std::uint64_t{turn % senders} * span.count / senders);
}

/// Whether the user is one of the action's senders.
bool traffic::sends(std::uint32_t user, const action_plan& plan) const {
  const auto group = stage_.cast().users[user].group;
  const auto span = stage_.cast().groups[group];
  const auto senders = plan.senders == 0 ? span.count : std::min(plan.senders, span.count);
  const auto turn = (std::uint64_t{user - span.first} * senders + span.count - 1) / span.count;
  return turn < senders && sender(group, plan, static_cast<std::uint32_t>(turn)) == user;
}

// -- time ------------------------------------------------------------------------------------------------------------

void traffic::run_until(std::uint64_t end) {
  while (now_ns() < end) turn(end);
}

void traffic::turn(std::uint64_t end) {
  stage_.turn(agenda_.empty() ? end : std::min(end, agenda_.top().due));
  pay_owed();
  for (int done = 0; done < most_at_once && !agenda_.empty() && agenda_.top().due <= now_ns(); ++done) {
    const auto due = agenda_.top();
    agenda_.pop();
    carry_out(due);
  }
}

void traffic::carry_out(const entry& due) {
  switch (due.what) {
    case step::pace:
      return pace(due);
    case step::think:
      return think(due);
    case step::go:
      return go(due);
    case step::come:
      if (!stage_.connections().is_open(due.who)) stage_.open(due.who);
      return;
    case step::read:
      return read(due);
    case step::stop_typing: {
      blanks values;
      const auto& known = stage_.cast().users[due.who].conversations;
      values[static_cast<std::size_t>(blank::topic)] = known[due.action % known.size()].name;
      stage_.connections().say(due.who, word::typing_stop, values, nullptr);
      return;
    }
  }
}

void traffic::pace(const entry& due) {
  if (!running_) return;
  const auto& plan = stage_.what().groups[due.who].actions[due.action];
  auto& turn = turns_[due.who][due.action];
  act(sender(due.who, plan, turn++), plan, due.due);
  agenda_.push({due.due + interval_of(plan), step::pace, due.who, due.action});
}

void traffic::think(const entry& due) {
  if (!running_) return;
  const auto& group = group_of(due.who);
  double all = 0;
  for (const auto& each : group.actions) all += each.weight;
  auto drawn = std::uniform_real_distribution<>{0, all}(random_);
  for (const auto& each : group.actions) {
    if (each.weight <= 0) continue;
    drawn -= each.weight;
    if (drawn > 0) continue;
    act(due.who, each, due.due);
    break;
  }
  agenda_.push({due.due + draw(*group.think), step::think, due.who, 0});
}

void traffic::schedule_departure(std::uint32_t user, std::uint64_t from) {
  const auto due = from + draw(*group_of(user).stay);
  speakers_[user].pending_go = due;
  agenda_.push({due, step::go, user, 0});
}

void traffic::go(const entry& due) {
  if (!running_ || speakers_[due.who].pending_go != due.due || !stage_.connections().is_ready(due.who)) return;
  stage_.close(due.who);
  speakers_[due.who].acks.clear();
  agenda_.push({now_ns() + draw(group_of(due.who).away), step::come, due.who, 0});
}

void traffic::read(const entry& due) {
  const auto& group = group_of(due.who);
  // At the end all is read that is there: what is unread is not lost.
  const auto most = finishing_ ? no_limit : group.reads_bytes_per_second * reading_interval / second + 1;
  stage_.connections().read_slowly(due.who, most);
  agenda_.push({due.due + reading_interval, step::read, due.who, 0});
}

void traffic::on_ready(std::uint32_t user) {
  auto& sent = speakers_[user].sent;
  sent = ((sent >> connection_shift) + 1) << connection_shift;
  if (!running_) return;
  if (group_of(user).stay) schedule_departure(user, now_ns());
  for (const auto& each : group_of(user).actions)
    if (each.window > 0 && sends(user, each)) owed_.insert(owed_.end(), each.window, {user, each.kind});
}

void traffic::on_lost(std::uint32_t user) {
  speakers_[user].acks.clear();
  agenda_.push({now_ns() + reconnect_delay, step::come, user, 0});
}

// -- acting ----------------------------------------------------------------------------------------------------------

void traffic::act(std::uint32_t user, const action_plan& plan, std::uint64_t intended) {
  if (!stage_.connections().is_ready(user)) return;
  switch (plan.kind) {
    case action_kind::room:
    case action_kind::private_message:
    case action_kind::conversation:
      return send(user, plan, intended);
    case action_kind::typing:
      return type(user);
    case action_kind::read:
      return read_last(user);
    case action_kind::presence:
      return ask_presence(user);
  }
}

const topic* traffic::choose(std::uint32_t user, const std::vector<topic>& from) {
  return from.empty() ? nullptr : &from[speakers_[user].next_topic++ % from.size()];
}

blanks traffic::fill(const player_card& card, const topic* where, std::string_view text) const {
  blanks values;
  const auto set = [&](blank which, std::string_view value) { values[static_cast<std::size_t>(which)] = value; };
  set(blank::text, text);
  set(blank::client_id, text.substr(0, ticket_size));
  set(blank::user, card.is.id);
  if (where != nullptr) set(blank::topic, where->name);
  if (card.has_peer) set(blank::peer, stage_.cast().users[card.peer].is.id);
  return values;
}

void traffic::send(std::uint32_t user, const action_plan& plan, std::uint64_t intended) {
  const auto& card = stage_.cast().users[user];
  const bool direct = plan.kind == action_kind::private_message;
  const auto* where = direct ? nullptr : choose(user, plan.kind == action_kind::room ? card.rooms : card.conversations);
  if (direct ? !card.has_peer || !stage_.connections().is_ready(card.peer) : where == nullptr) return;
  auto& speaks = speakers_[user];
  const bool windowed = plan.window > 0;
  const ticket message{direct ? card.to_peer : where->stream, user, speaks.sent++, intended, windowed};
  const auto sent = stage_.book().sending(message.stream);
  const auto text = ticket_text(message, stage_.what().text_bytes);
  const auto values = fill(card, where, text);
  const auto number = speaks.next_ack++;
  constexpr std::array words{word::room, word::private_message, word::conversation};
  stage_.connections().say(user, words[static_cast<std::size_t>(plan.kind)], values, plan.ack ? &number : nullptr);
  ++stage_.counts().sent;
  if (plan.ack)
    speaks.acks.push_back({number, intended, message.id(), message.stream, plan.kind, sent, windowed});
  else
    stage_.book().hope(message.stream, message.id(), sent);
}

void traffic::type(std::uint32_t user) {
  const auto& known = stage_.cast().users[user].conversations;
  if (known.empty()) return;
  const auto which = speakers_[user].next_topic++ % static_cast<std::uint32_t>(known.size());
  blanks values;
  values[static_cast<std::size_t>(blank::topic)] = known[which].name;
  stage_.connections().say(user, word::typing, values, nullptr);
  agenda_.push({now_ns() + draw(typing_time), step::stop_typing, user, which});
}

void traffic::read_last(std::uint32_t user) {
  const auto& last = stage_.last_of(user);
  if (last.id.empty()) return;
  blanks values;
  values[static_cast<std::size_t>(blank::topic)] = last.topic;
  values[static_cast<std::size_t>(blank::last_id)] = last.id;
  stage_.connections().say(user, word::read, values, nullptr);
}

void traffic::ask_presence(std::uint32_t user) {
  const auto& card = stage_.cast().users[user];
  blanks values;
  values[static_cast<std::size_t>(blank::peer)] = stage_.cast().users[card.has_peer ? card.peer : user].is.id;
  stage_.connections().say(user, word::presence, values, nullptr);
}

// -- what comes back -------------------------------------------------------------------------------------------------

const action_plan* traffic::window_of(std::uint32_t user, action_kind kind) const {
  const auto& all = group_of(user).actions;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [kind](const action_plan& each) { return each.window > 0 && each.kind == kind; });
  return found == all.end() ? nullptr : &*found;
}

/// Outside of the handler, which runs while a connection is being read.
void traffic::repeat(std::uint32_t user, action_kind kind) {
  if (running_) owed_.push_back({user, kind});
}

void traffic::pay_owed() {
  for (const auto& each : owed_)
    if (const auto* plan = window_of(each.user, each.kind)) act(each.user, *plan, now_ns());
  owed_.clear();
}

void traffic::on_returned(const ticket& message, word kind) {
  const auto action = kind == word::room              ? action_kind::room
                      : kind == word::private_message ? action_kind::private_message
                                                      : action_kind::conversation;
  const auto* plan = window_of(message.sender, action);
  if (message.windowed && plan != nullptr && !plan->ack) repeat(message.sender, action);
}

void traffic::on_ack(std::uint32_t user, std::uint64_t ack, std::string_view packet, std::uint64_t now) {
  auto& waiting = speakers_[user].acks;
  const auto found =
      std::find_if(waiting.begin(), waiting.end(), [ack](const waiting_ack& each) { return each.number == ack; });
  if (found == waiting.end()) return;
  const auto done = *found;
  waiting.erase(found);
  if (refused(packet)) {
    ++stage_.counts().errors;
    stage_.complain("refused", packet);
  } else {
    ++stage_.counts().acked;
    stage_.record_ack(done.intended, now);
    stage_.book().promise(done.stream, done.id, done.sent);
    if (done.kind == action_kind::conversation) kept_.push_back({done.stream, done.id});
  }
  if (done.windowed) repeat(user, done.kind);
}

}  // namespace parley::load
