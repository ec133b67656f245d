#include "net/peer.hpp"

#include <algorithm>
#include <utility>

#include "net/log.hpp"
#include "net/metrics.hpp"
#include "net/refusal_log.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::net {
namespace {

// A client may choose its dialect in the auth object or the query; a name that the namespace does not offer is ignored.
dialects::dialect_set chosen(dialects::dialect_set offered, json_view auth, const std::string& query) {
  const auto named = auth.find("dialect");
  const auto wanted = named.is_string() ? named.text() : std::string_view{query};
  const auto id = dialects::find(wanted);
  return id && offered.contains(*id) ? dialects::dialect_set{*id} : offered;
}

const error* failure_of(const domain_event& what) {
  const auto* failed = std::get_if<event::command_failed>(&what.body);
  return failed == nullptr ? nullptr : &failed->reason;
}

}  // namespace

socket_slot& peer::open(dialects::namespace_id nsp, json_view auth) {
  const auto& client = over_.client();
  const auto hears = chosen(network_.namespaces()[nsp].offered, auth, client.query_dialect);
  const bool told_again = hears.intersects(dialects::tells_auth_again) && auth.is_object();
  auto& slot = network_.open(*this, nsp, hears,
                             {auth::token_in(auth), client.authorization_header, client.query_token, client.query_user},
                             told_again ? json_text::dump(auth) : std::string{});
  sockets_.push_back(&slot);
  began(slot);
  return slot;
}

void peer::charge() {
  rate_.take(network_.shard().now());
  control_flow();
}

void peer::began(socket_slot& slot) {
  ++slot.in_flight;
  ++in_flight_;
  control_flow();
}

void peer::settle(std::size_t count) {
  in_flight_ -= std::min(count, in_flight_);
  if (in_flight_ == 0) over_.on_settled();
  control_flow();
}

bool peer::opening() const {
  return std::any_of(sockets_.begin(), sockets_.end(), [](const auto* slot) { return !slot->open; });
}

bool peer::too_fast() {
  const auto wait = rate_.wait(network_.shard().now());
  if (wait == token_bucket::duration::zero()) return false;
  network_.shard().arm(throttle_, wait);
  return true;
}

void peer::control_flow() {
  const bool pause = in_flight_ >= limits_.commands_in_flight || opening() || too_fast() || over_.congested();
  if (std::exchange(paused_, pause) == pause) return;
  if (pause)
    over_.pause();
  else
    over_.resume();
}

std::string peer::who() const {
  std::string names;
  for (const auto* slot : sockets_) {
    if (!slot->user.who) continue;
    const auto& id = slot->user.who->id.str();
    if (names != id) names.append(names.empty() ? "" : ",").append(id);
  }
  return names;
}

dialects::taken peer::decode(const socket_slot& slot, const dialects::wire_command& what) const {
  static const identity nobody{};
  const auto& who = slot.user.who ? *slot.user.who : nobody;
  auto taken = dialects::decode(slot.hears, what, who, limits_.payload);
  if (!taken.by && !(slot.hears == slot.speaks)) taken = dialects::decode(slot.speaks, what, who, limits_.payload);
  return taken;
}

void peer::refuse_event(socket_slot& slot, const dialects::wire_command& what, origin from, error reason) {
  rate_.take(network_.shard().now());
  from.key = slot.key;
  from.by = decode(slot, what).by;
  reject(slot, what, from, std::move(reason));
}

void peer::reject(socket_slot& slot, const dialects::wire_command& what, const origin& from, error reason) {
  const auto& why = info(reason.code);
  const auto event = reason.event.empty() ? unknown_event(what.name).event : reason.event;
  log::debug(log::component::session, "event refused",
             {{"event", event},
              {"code", why.code},
              {"reason", reason.message()},
              {"user", slot.user.who ? slot.user.who->id.str() : std::string_view{}},
              {"namespace", network_.namespaces()[slot.nsp].name},
              {"sid", slot.sid}});
  fail(slot, from, std::move(reason));
  control_flow();
}

void peer::submit(socket_slot& slot, const dialects::wire_command& what, origin from) {
  rate_.take(network_.shard().now());
  auto taken = decode(slot, what);
  from.key = slot.key;
  from.by = taken.by;
  if (auto* wrong = std::get_if<error>(&taken.body)) return reject(slot, what, from, std::move(*wrong));
  if (limits_.narrow && taken.unique && taken.by && !slot.hears.single()) slot.hears = dialects::dialect_set{*taken.by};
  began(slot);
  network_.submit(slot, std::get<any_command>(std::move(taken.body)), std::move(from));
}

void peer::on_outcome(socket_slot& slot, const outcome& done) {
  const auto& to = done.to;
  const bool asked = to.ack || !to.plain_id.empty();
  const auto* failed = failure_of(*done.what);
  if (failed != nullptr) metrics::count_rejected("command", info(failed->code).code);
  if (done.emit || (failed != nullptr && !asked)) {
    auto hears = audience_of(slot);
    if (to.by)
      hears.hears = dialects::dialect_set{*to.by};
    else if (failed != nullptr)
      hears.hears = spoken(slot);
    send(dialects::encode(network_.namespaces(), hears, *done.what));
  }
  if (!asked) return;
  const auto by = to.by ? to.by : dialects::first_of(spoken(slot));
  on_answer(slot, to,
            failed != nullptr ? dialects::ack_failed(by, *failed)
                              : dialects::ack_ok(by.value_or(dialects::dialect_id::rooms), *done.what));
}

dialects::dialect_set peer::spoken(const socket_slot& slot) {
  return slot.hears.single() ? slot.hears : dialects::dialect_set{};
}

void peer::fail(socket_slot& slot, const origin& from, error reason) {
  on_outcome(slot, {from, make_event(network_.how().now(), event::command_failed{std::move(reason)}), false});
}

void peer::forget(socket_slot& slot) {
  std::erase(sockets_, &slot);
  settle(slot.in_flight);
  network_.close(slot);
}

void peer::log_end(const socket_slot& slot, const error& reason) const {
  log::info(log::component::session, "session ended by the server",
            {{"reason", reason.message()},
             {"code", info(reason.code).code},
             {"address", address().text()},
             {"namespace", network_.namespaces()[slot.nsp].name},
             {"user", slot.user.who ? slot.user.who->id.str() : std::string{}}});
}

void peer::close_all() {
  while (!sockets_.empty()) forget(*sockets_.back());
}

}  // namespace parley::net
