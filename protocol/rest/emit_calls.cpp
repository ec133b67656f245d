#include <array>
#include <utility>

#include "protocol/rest/api_calls.hpp"
#include "protocol/socketio/packet.hpp"

namespace parley::rest::api {
namespace {

constexpr std::array<std::pair<std::string_view, call::target>, 6> targets{
    {{"all", call::target::all},
     {"user", call::target::user},
     {"role", call::target::role},
     {"room", call::target::room},
     {"group", call::target::group},
     {"conversation", call::target::conversation}}};

/// Document 002's name of a conversation's room is the conversation.
constexpr std::string_view room_of_conversation = "conversation:";

void read_room(dialects::payload& fields, std::string_view text, const dialects::payload_limits& limits,
               call::emission& into) {
  const auto id = text.starts_with(room_of_conversation) ? text.substr(room_of_conversation.size()) : "";
  if (!valid_name(id, limits.name_characters)) {
    into.name = fields.id("room").text;
    return;
  }
  into.to = call::target::conversation;
  into.name = id;
}

/// Whom an event is for: `to` has exactly one of the targets; `all` is true.
void read_target(dialects::payload& body, json_view to, const dialects::payload_limits& limits, call::emission& into) {
  if (to.text() == "all") return;
  dialects::payload fields{to, limits};
  std::size_t found = 0;
  for (const auto& [name, target] : targets) {
    if (!fields.has(name)) continue;
    ++found;
    into.to = target;
    if (target == call::target::room)
      read_room(fields, to.find(name).text(), limits, into);
    else if (target != call::target::all)
      into.name = fields.id(name).text;
    else if (!to.find(name).truth())
      body.refuse(invalid_field("to", "to.all must be true"));
  }
  if (fields.mistake()) body.refuse(*fields.mistake());
  if (!to.is_object() || found != 1)
    body.refuse(invalid_field("to", "to must be one of all, user, role, room, group, conversation"));
}

/// Whom it is not for: a list of users, or one.
std::vector<user_id> read_except(dialects::payload& fields, json_view one) {
  std::vector<user_id> users;
  if (!fields.has("except")) return users;
  if (const auto who = one.find("except"); !who.is_array() && !who.is_object()) return {fields.user("except")};
  for (auto& each : fields.people("except", 0)) users.push_back(std::move(each.id));
  return users;
}

/// `place` goes before the names of fields in mistakes: where in a batch it is.
call::emission read_one(reading& in, json_view one, const std::string& place) {
  call::emission made;
  dialects::payload fields{one, in.limits};
  made.event = fields.name("event");
  if (socketio::is_reserved_event(made.event))
    fields.refuse(invalid_field("event", "event is a name that Socket.IO reserves"));
  read_target(fields, one.find("to"), in.limits, made);
  made.args = json_text::values{one.find("data")}.to_json();
  made.except = read_except(fields, one);
  if (auto mistake = fields.mistake()) {
    mistake->field.insert(0, place);
    in.body.refuse(*std::move(mistake));
  }
  return made;
}

}  // namespace

rest_call emit(reading& in) {
  call::emit made{std::string{in.key}, {}};
  if (!in.raw.is_array()) {
    made.all.push_back(read_one(in, in.raw, {}));
    return made;
  }
  if (in.raw.size() == 0 || in.raw.size() > in.limits.list_entries)
    in.body.refuse(invalid_field("", "A batch has 1 to " + std::to_string(in.limits.list_entries) + " events"));
  for (const auto one : in.raw.elements()) {
    if (in.body.mistake()) break;
    made.all.push_back(read_one(in, one, "[" + std::to_string(made.all.size()) + "]."));
  }
  return made;
}

}  // namespace parley::rest::api
