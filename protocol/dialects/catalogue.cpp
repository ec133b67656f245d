#include "protocol/dialects/catalogue.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "protocol/dialects/chat.hpp"
#include "protocol/dialects/conformance.hpp"
#include "protocol/dialects/groups.hpp"
#include "protocol/dialects/hub.hpp"
#include "protocol/dialects/messenger.hpp"
#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/rooms.hpp"
#include "protocol/dialects/wording.hpp"
#include "protocol/json/json_text.hpp"

namespace parley::dialects {
namespace {

/// In the order of dialect_id, which is the order in which they win.
const std::array<const dialect*, dialect_count> all{&groups(), &rooms(), &messenger(), &hub(), &chat(), &conformance()};

// -- commands
// -----------------------------------------------------------------------------------------------------

constexpr std::array common_commands{
    command_row{"auth:refresh", [](payload& in) { return in.finish(command::refresh_token{in.word("token")}); }},
};

bool is_mine(const decoded& what) { return !std::holds_alternative<not_mine>(what); }

/// Calls `what(dialect)` for each of them, in their order.
template <class Function>
void for_each(dialect_set set, Function what) {
  for (unsigned bits = set.bits(); bits != 0; bits &= bits - 1)
    what(*all[static_cast<std::size_t>(std::countr_zero(bits))]);
}

}  // namespace

const dialect& get(dialect_id id) { return *all[static_cast<std::size_t>(id)]; }

std::optional<dialect_id> find(std::string_view name) {
  const auto at = std::find_if(all.begin(), all.end(), [&](auto* each) { return each->name() == name; });
  if (at == all.end()) return std::nullopt;
  return (*at)->id();
}

std::optional<dialect_id> first_of(dialect_set set) {
  if (set.empty()) return std::nullopt;
  return static_cast<dialect_id>(std::countr_zero(set.bits()));
}

taken decode(dialect_set set, const wire_command& in, const identity& self, const payload_limits& limits) {
  if (auto common = decode_by(common_commands, in, self, limits); is_mine(common))
    return {set.single() ? first_of(set) : std::nullopt, false, std::move(common)};

  taken best;
  std::size_t knowing = 0;
  for_each(set, [&](const dialect& each) {
    auto what = each.decode(in, self, limits);
    if (!is_mine(what)) return;
    ++knowing;
    const bool better = std::holds_alternative<error>(best.body) && std::holds_alternative<any_command>(what);
    if (best.by && !better) return;
    best.by = each.id();
    best.body = std::move(what);
  });
  best.unique = knowing == 1;
  if (!best.by) best.body = unknown_event(in.name);
  return best;
}

// -- events
// -------------------------------------------------------------------------------------------------------

namespace {

/// Adds what `into` lacks, at every depth; what it has stays.
void merge_fields(json& into, const json& from) {
  for (const auto& [key, value] : from.items()) {
    const auto [at, added] = into.emplace(key, value);
    if (!added && at->is_object() && value.is_object()) merge_fields(*at, value);
  }
}

void merge(wire_event& into, const wire_event& from) {
  auto fields = json_text::parse(into.args);
  const auto more = json_text::parse(from.args);
  if (!fields || !more || !fields->is_object() || !more->is_object()) return;
  merge_fields(*fields, *more);
  into.args = json_text::dump(*fields);
}

/// Merges those from `fresh` on into earlier ones of their names.
void merge_namesakes(wire_events& events, std::size_t fresh) {
  for (auto at = fresh; at < events.size();) {
    const auto end = events.begin() + static_cast<std::ptrdiff_t>(fresh);
    const auto first =
        std::find_if(events.begin(), end, [&](const wire_event& each) { return each.name == events[at].name; });
    if (first == end) {
      ++at;
      continue;
    }
    merge(*first, events[at]);
    events.erase(events.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

}  // namespace

wire_events encode(dialect_set set, const domain_event& what) {
  wire_events out;
  if (const auto* custom = std::get_if<event::custom>(&what.body)) {
    out.push_back(as_named(*custom));
    return out;
  }
  for_each(set, [&](const dialect& each) {
    const auto fresh = out.size();
    each.encode(what, out);
    if (fresh != 0) merge_namesakes(out, fresh);
  });
  const auto* failed = std::get_if<event::command_failed>(&what.body);
  if (failed && set.empty()) out.push_back(error_event("error", failed->reason, what.at));
  return out;
}

// -- acks
// ---------------------------------------------------------------------------------------------------------

namespace {

/// Puts `"ok":true` before the fields of an object.
std::string with_ok(std::string_view object) {
  std::string text{R"({"ok":true)"};
  if (object.size() > 2) text.push_back(',');
  text.append(object.substr(1));
  return text;
}

}  // namespace

wire_event ack_ok(dialect_id by, const domain_event& what) {
  if (const auto* custom = std::get_if<event::custom>(&what.body)) return as_named(*custom);
  if (const auto* refreshed = std::get_if<event::token_refreshed>(&what.body)) {
    return {"", object_text(
                    0, [&](writer& w) { write_time(w.field("ok", true).key("expiresAt"), refreshed->expires_at); })};
  }
  wire_events confirming;
  get(by).encode(what, confirming);
  return {"", with_ok(confirming.empty() ? "{}" : std::string_view{confirming.front().args})};
}

wire_event ack_failed(std::optional<dialect_id> by, const error& reason) {
  const auto said = by ? get(*by).in_own_words(reason) : reason;
  return {"", object_text(said.message().size(), [&](writer& w) { write_failure(w.field("ok", false), said); })};
}

error in_words_of(dialect_set set, const error& reason) {
  const auto first = first_of(set);
  return first ? get(*first).in_own_words(reason) : reason;
}

std::vector<std::string_view> common_command_names() { return names_of(common_commands); }

}  // namespace parley::dialects
