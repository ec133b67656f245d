#include "net/network_actor.hpp"

#include <algorithm>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/session.hpp"
#include "net/log.hpp"
#include "net/metrics.hpp"
#include "net/peer.hpp"
#include "net/random_id.hpp"
#include "net/refusal_log.hpp"

namespace parley::net {
namespace {

/// The slot number of keys that stand for REST calls.
constexpr std::uint32_t call_slot = 0xffffff;

}  // namespace

void expiry_timer::on_timer(timer_wheel::time_point) { owner->on_expired(key); }

network_actor::network_actor(io_shard& shard, caf::actor_system& system, settings_ptr how,
                             std::shared_ptr<const dialects::namespace_table> namespaces)
    : shard_{shard}, settings_{std::move(how)}, namespaces_{std::move(namespaces)} {
  calls_timer_.owner = this;
  overdue_timer_.owner = this;
  const auto companion = system.spawn<caf::actor_companion, caf::hidden>();
  handle_ = caf::actor_cast<network_hdl>(companion);
  self_ = static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(companion));
  become();
  expect_failures();
  self_->on_enqueue([to = &shard_](caf::mailbox_element_ptr what) { to->enqueue(std::move(what)); });
  shard_.set_sink([this](caf::mailbox_element& what) { self_->activate(&shard_, what); });
}

network_actor::~network_actor() {
  shard_.set_sink(nullptr);
  self_->on_enqueue(nullptr);
  self_->cleanup(caf::make_error(caf::exit_reason::user_shutdown), &shard_);
}

/// Handles one kind of message; who says it gets no answer.
template <class Message>
auto network_actor::hears() {
  return [this](const Message& said) {
    on(said);
    return no_answer{};
  };
}

void network_actor::become() {
  self_->become(caf::behavior{
      hears<deliver>(),
      hears<outcome>(),
      hears<session_accepted>(),
      hears<session_refused>(),
      hears<session_ended>(),
      hears<subscribe>(),
      hears<unsubscribe>(),
      hears<ask_client>(),
      hears<topic_failed>(),
      hears<presence_failed>(),
      hears<tokens_revoked>(),
      hears<session_refreshed>(),
      hears<scope_presence>(),
      hears<list_sessions>(),
      hears<notify_role>(),
      hears<kick_session>(),
      hears<core_changed>(),
      hears<end_of_wait>(),
      hears<session_attached>(),
      [this](const http_forward& said) { forwards_->on(said); },
      [this](const http_forwarded& said) { forwards_->on(said); },
      [this](const http_gone& said) { forwards_->on(said); },
  });
}

void network_actor::expect_failures() {
  self_->set_down_handler([this](const caf::down_msg& said) { on_session_down(said); });
  // The adapter between actors and sockets must outlive what goes wrong in one message.
  self_->set_exception_handler([](const std::exception_ptr& thrown) -> caf::error {
    log::error(log::component::server, "network actor: a message could not be handled",
               {{"reason", log::text_of(thrown)}});
    return caf::none;
  });
}

// -- for peers -------------------------------------------------------------------------------------------------------

socket_slot& network_actor::take_slot() {
  if (free_.empty()) {
    slots_.emplace_back();
    free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
  }
  const auto index = free_.back();
  free_.pop_back();
  auto& slot = slots_[index];
  slot.key = session_key::make(shard_.index(), index, next_generation_++, settings_->node);
  return slot;
}

socket_slot& network_actor::open(peer& owner, dialects::namespace_id nsp, dialects::dialect_set hears,
                                 auth::credentials who, std::string handshake) {
  auto& slot = take_slot();
  slot.owner = &owner;
  slot.over = &owner.over();
  slot.nsp = nsp;
  slot.hears = hears;
  slot.speaks = hears;
  slot.sid = random_id();
  self_->context(&shard_);
  std::unique_ptr<session_start> start{
      new session_start{settings_, core_, slot.key, handle_, std::move(who), hears, std::move(handshake)}};
  slot.session = self_->spawn(session_actor, std::move(start));
  self_->monitor(slot.session);
  slot.opened_at = shard_.now();
  if (!overdue_timer_.armed()) shard_.arm(overdue_timer_, settings_->command_timeout / 4);
  return slot;
}

void network_actor::submit(socket_slot& from, any_command&& what, origin&& how) {
  from.asked.push_back({how, shard_.now()});
  if (!from.open || !may_act()) {
    on(outcome{how, make_event(settings_->now(), event::command_failed{{errc::unavailable, {}, {}}}), false});
    return;
  }
  if (auto* replay = std::get_if<command::replay_history>(&what)) replay->heard = heard_by(from, replay->in);
  session_command said{std::move(what), std::move(how)};
  if (from.held)
    from.held->push_back(std::move(said));
  else
    self_->send(from.session, std::move(said));
}

bool network_actor::may_act() { return !core_->lease || shard_.now().time_since_epoch().count() <= *core_->lease; }

void network_actor::acknowledge(socket_slot& from, std::uint64_t ack_id, json_view args) {
  const auto awaited = from.awaited_acks.find(ack_id);
  if (awaited == from.awaited_acks.end()) return;
  self_->send(from.session, client_ack{std::move(awaited->second), args.to_json()});
  from.awaited_acks.erase(awaited);
}

// It must take its leave of those who know of it now.
void network_actor::close(socket_slot& gone) {
  if (gone.held) self_->send(gone.session, owners_changed{core_});
  self_->send(gone.session, close_session{});
  release(gone);
}

void network_actor::release(socket_slot& gone) {
  const auto index = gone.key.slot();
  for (const auto& place : gone.topics) {
    const auto found = listeners_.find(place.topic);
    if (found == listeners_.end()) continue;
    std::erase(found->second.slots, index);
    if (found->second.slots.empty()) listeners_.erase(found);
  }
  gone.expiry.cancel();
  stop_watching(gone);
  tell_whether_any_watch();
  std::destroy_at(&gone);
  std::construct_at(&gone);
  free_.push_back(index);
}

session_key network_actor::expect_answer(answer_handler then) {
  const auto key = session_key::make(shard_.index(), call_slot, next_call_++, settings_->node);
  awaited_answers_.emplace(key.value, std::move(then));
  calls_due_.emplace_back(shard_.now() + settings_->rest_timeout, key.value);
  if (!calls_timer_.armed()) shard_.arm(calls_timer_, settings_->rest_timeout);
  return key;
}

// All wait equally long, so they are due in their order.
void network_actor::forget_overdue_calls(timer_wheel::time_point now) {
  for (; !calls_due_.empty() && calls_due_.front().first <= now; calls_due_.pop_front())
    awaited_answers_.erase(calls_due_.front().second);
  if (!calls_due_.empty()) shard_.arm(calls_timer_, calls_due_.front().first - now);
}

// -- what actors say -------------------------------------------------------------------------------------------------

socket_slot* network_actor::find(session_key key) {
  if (key.slot() >= slots_.size()) return nullptr;
  auto& slot = slots_[key.slot()];
  return slot.owner != nullptr && slot.key == key ? &slot : nullptr;
}

void network_actor::settle(socket_slot& slot) {
  if (slot.in_flight == 0) return;
  --slot.in_flight;
  slot.owner->settle(1);
}

void network_actor::on(const session_accepted& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  if (is_revoked(*said.user.who))
    return on(session_refused{
        said.key, {errc::token_revoked, {}, {}}, {.alg = {}, .kid = {}, .sub = said.user.who->id.str()}});
  slot->user = said.user;
  slot->open = true;
  arm_expiry(*slot);
  if (said.view != core_->nodes.view()) resume_presence(*slot);
  slot->owner->on_accepted(*slot, said.opened);
  if (auto* still = find(said.key)) settle(*still);
}

void network_actor::on(const session_refused& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  log_refused({"namespace", (*namespaces_)[slot->nsp].name, slot->over->client().address.text()}, said.reason,
              said.token);
  metrics::count_rejected("auth", info(said.reason.code).code);
  slot->owner->on_refused(*slot, said.reason);
}

// Who is gone meanwhile leaves: the leaving may have gone another way.
void network_actor::on(const session_attached& said) {
  if (auto* slot = find(said.key)) return self_->send(slot->session, said);
  self_->send(core_->registry_for(said.user.str()), registry_user{said.user, detach_session{said.key, {}}});
}

void network_actor::on(const session_ended& said) {
  if (auto* slot = find(said.key)) slot->owner->on_ended(*slot, said.reason);
}

// Who is gone meanwhile leaves. A room that another node owns by now does not know who came last.
void network_actor::on(const subscribe& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return leave(said.key, said.what);
  auto& audience = listeners_[said.topic];
  audience.what = said.what;
  if (audience.slots.empty()) {
    audience.last = said.last;
    audience.rev = audience.whole_since = said.rev.value_or(0);
  }
  if (place_in(*slot, said.topic) == nullptr) {
    slot->topics.push_back({said.topic, said.label, audience.last, audience.rev});
    audience.slots.push_back(said.key.slot());
  }
  if (said.by != core_->nodes.owner_of(key_of(said.what))) resume(*slot, audience, said.label);
  if (const auto* room = std::get_if<room_name>(&said.what))
    self_->send(slot->session, room_entered{*room, said.topic});
  else
    self_->send(slot->session, conversation_entered{std::get<conversation_id>(said.what), said.topic});
}

void network_actor::on(const unsubscribe& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  forget_topic(*slot, said.topic);
  if (!said.what.str().empty()) self_->send(slot->session, conversation_lost{said.what, said.refused});
}

void network_actor::forget_topic(socket_slot& slot, topic_id topic) {
  const auto found = listeners_.find(topic);
  if (const auto* place = place_in(slot, topic); place != nullptr && found != listeners_.end())
    keep_heard(slot, *place, found->second);
  std::erase_if(slot.topics, [topic](const auto& each) { return each.topic == topic; });
  if (found == listeners_.end()) return;
  std::erase(found->second.slots, slot.key.slot());
  if (found->second.slots.empty()) listeners_.erase(found);
}

void network_actor::on(const outcome& said) {
  if (said.to.key.slot() == call_slot) {
    if (auto call = awaited_answers_.extract(said.to.key.value)) call.mapped()(said);
    return;
  }
  auto* slot = find(said.to.key);
  if (slot == nullptr) return;
  if (std::holds_alternative<event::history_replayed>(said.what->body))
    answer(*slot, {said.to, finish_replay(*slot, said.what), said.emit});
  else
    answer(*slot, said);
}

void network_actor::answer(socket_slot& slot, const outcome& said) {
  if (was_answered(slot, said.to)) return;
  slot.owner->on_outcome(slot, said);
  if (said.to.own) return;
  if (auto* still = find(said.to.key)) settle_command(*still, said.to);
}

// An owner that was given up on may answer yet, when another one has, or the session in its place.
bool network_actor::was_answered(const socket_slot& slot, const origin& to) const {
  if (!to.ack || to.own) return false;
  return std::none_of(slot.asked.begin(), slot.asked.end(), [&to](const auto& each) { return each.how.ack == to.ack; });
}

void network_actor::settle_command(socket_slot& slot, const origin& done) {
  const auto asked = std::find_if(slot.asked.begin(), slot.asked.end(), [&done](const auto& each) {
    return each.how.ack == done.ack && each.how.plain_id == done.plain_id;
  });
  // What nobody asked for, or not like this, stands for the oldest: each outcome is one command less.
  if (!slot.asked.empty()) slot.asked.erase(asked != slot.asked.end() ? asked : slot.asked.begin());
  if (slot.held && slot.asked.size() <= slot.held->size()) hand_over_core(slot, {});
  settle(slot);
}

void network_actor::on(const ask_client& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  const auto ack_id = slot->next_ack++;
  slot->awaited_acks.emplace(ack_id, said.token);
  slot->owner->on_question(*slot, *said.what, ack_id);
}

// The commands on their way there will never have an outcome: nothing is in flight any more as far as we know. Which
// they are is not known, and others will have theirs: so `asked` stays.
void network_actor::on(const topic_failed& said) {
  const auto found = listeners_.find(said.topic);
  if (found == listeners_.end()) return;
  const auto audience = std::move(found->second);
  listeners_.erase(found);
  const auto* room = std::get_if<room_name>(&said.what);
  const error reason{errc::internal_error,
                     room != nullptr ? "The room failed; join it again" : "The conversation failed; join it again",
                     room != nullptr ? "room" : "conversationId"};
  const auto what = make_event(settings_->now(), event::command_failed{reason});
  for (const auto index : audience.slots) {
    auto& slot = slots_[index];
    if (const auto* place = place_in(slot, said.topic)) keep_heard(slot, *place, audience);
    std::erase_if(slot.topics, [&said](const auto& each) { return each.topic == said.topic; });
    if (room != nullptr)
      self_->send(slot.session, room_lost{*room});
    else
      self_->send(slot.session, conversation_lost{std::get<conversation_id>(said.what)});
    slot.owner->settle(std::exchange(slot.in_flight, 0));
    slot.owner->emit(slot, *what);
  }
}

void network_actor::on(const presence_failed& said) {
  for (auto& slot : slots_)
    if (slot.owner != nullptr && slot.user.who && slot.user.who->id == said.user)
      self_->send(slot.session, presence_lost{});
}

void network_actor::on(const session_refreshed& said) {
  auto* slot = find(said.key);
  if (slot == nullptr) return;
  if (is_revoked(*said.who)) return slot->owner->on_ended(*slot, {errc::token_revoked, {}, {}});
  slot->user.who = said.who;
  slot->user.away = said.away;
  arm_expiry(*slot);
}

void network_actor::on_session_down(const caf::down_msg& said) {
  if (said.reason == caf::exit_reason::normal || !said.reason) return;
  const auto crashed = std::find_if(slots_.begin(), slots_.end(), [&said](const socket_slot& slot) {
    return slot.owner != nullptr && slot.session.address() == said.source;
  });
  if (crashed == slots_.end()) return;
  log::error(log::component::session, "a session's actor crashed: its client is disconnected",
             {{"reason", caf::to_string(said.reason)},
              {"namespace", (*namespaces_)[crashed->nsp].name},
              {"user", crashed->user.who ? crashed->user.who->id.str() : std::string{}}});
  metrics::count_crash("session");
  std::vector<topic_id> topics;
  for (const auto& place : crashed->topics) {
    topics.push_back(place.topic);
    leave(crashed->key, listeners_.at(place.topic).what);
  }
  if (crashed->user.who)
    self_->send(core_->registry_for(crashed->user.who->id.str()),
                registry_user{crashed->user.who->id, detach_session{crashed->key, std::move(topics)}});
  crashed->owner->on_ended(*crashed, {errc::internal_error, {}, {}});
}

void network_actor::arm_expiry(socket_slot& slot) {
  if (!slot.user.who->expires_at) {
    slot.expiry.cancel();  // a fresh token may never end, where the last one did
    const auto& policy = settings_->auth->get();
    if (!policy.development && !policy.anonymous) warn_of_endless_token();
    return;
  }
  slot.expiry.owner = this;
  slot.expiry.key = slot.key;
  // As long as the handshake takes the token: else a client would be let in again just to be ended.
  const auto left = *slot.user.who->expires_at + settings_->auth->get().leeway - settings_->now();
  shard_.arm(slot.expiry, std::max(left, decltype(left)::zero()));
}

void network_actor::on_expired(session_key key) {
  if (auto* slot = find(key)) self_->send(slot->session, token_ran_out{});
}

}  // namespace parley::net
