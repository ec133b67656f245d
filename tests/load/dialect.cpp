#include "tests/load/dialect.hpp"

#include "tests/load/script_reader.hpp"

namespace parley::load {
namespace {

constexpr std::array<std::string_view, word_count> names{"join_room",    "room",   "private",     "join_conversation",
                                                         "conversation", "typing", "typing_stop", "read",
                                                         "presence",     "history"};

/// The dialects of parleyd. `{topic}` is a room or a conversation.
constexpr std::string_view built_in = R"({
"rooms": {
  "namespace": "/rooms", "auth": {"token": "{token}"}, "ready": "connected", "error": "error", "events": {
    "join_room": {"emit": ["join-room", {"room": "{topic}"}], "done": "joined-room"},
    "room": {"emit": ["room-message", {"room": "{topic}", "message": "{text}"}], "heard": "room-message"},
    "private": {"emit": ["send-message", {"to": "{peer}", "message": "{text}"}], "heard": "private-message", "echo": false},
    "presence": {"emit": ["get-active-users", {}], "done": "active-users", "count_field": "count"}}},
"hub": {
  "namespace": "/hub", "auth": {"token": "{token}"}, "error": "exception", "events": {
    "join_room": {"emit": ["join_room", {"room": "{topic}"}], "done": "joined_room"},
    "room": {"emit": ["send_message", {"room": "{topic}", "message": "{text}"}], "heard": "new_message"},
    "private": {"emit": ["send_message", {"to": "{peer}", "message": "{text}"}], "heard": "new_message", "echo": false},
    "presence": {"emit": ["get_online_users", {}], "done": "online_users", "count_field": "count"}}},
"groups": {
  "namespace": "/groups", "auth": {"token": "{token}"}, "ready": "connected", "error": "error", "events": {
    "join_room": {"emit": ["join-group", {"groupId": "{topic}"}], "done": "joined-group"},
    "room": {"emit": ["group-activity", {"groupId": "{topic}", "type": "load", "data": {"text": "{text}"}}],
             "heard": "group-activity"}}},
"messenger": {
  "namespace": "/messages", "auth": {"token": "{token}"}, "error": "error", "events": {
    "join_conversation": {"emit": ["conversation:join", {"conversationId": "{topic}"}], "done": "conversation:joined"},
    "conversation": {"emit": ["message:send", {"conversationId": "{topic}", "type": "text", "content": "{text}",
                                               "clientId": "{client_id}"}],
                     "heard": "message:received", "id_field": "messageId"},
    "typing": {"emit": ["typing:start", {"conversationId": "{topic}"}]},
    "typing_stop": {"emit": ["typing:stop", {"conversationId": "{topic}"}]},
    "read": {"emit": ["message:read", {"conversationId": "{topic}", "messageId": "{last_id}"}]},
    "presence": {"emit": ["presence:query", {"userIds": ["{peer}"]}]},
    "history": {"emit": ["messages:history", {"conversationId": "{topic}", "afterSeq": "{#seq}", "limit": 200}]}}},
"chat": {
  "namespace": "/chat", "auth": {"token": "{token}"}, "ready": "users:list", "error": "error", "events": {
    "conversation": {"emit": ["message:send", {"chat_id": "{topic}", "body": "{text}"}], "heard": "message:send",
                     "id_field": "id", "to_all": true},
    "presence": {"emit": ["users:list", {}]}}}
})";

void set(event_template& into, const json& from, const std::string& place, complaints& errors) {
  auto parsed = event_template::parse(from);
  if (parsed)
    into = std::move(*parsed);
  else
    errors.push_back(place + ": " + parsed.failure());
}

void read_word(spoken& into, const json& from, const std::string& place, complaints& errors) {
  object_reader in{from, place, errors};
  const auto& emit = in.at("emit");
  if (emit.is_array() && !emit.empty() && emit[0].is_string())
    set(into.emit, emit, place + ".emit", errors);
  else if (!emit.is_null() || into.emit.empty())
    in.complain("emit", "must be a list that begins with the event's name");
  into.heard = in.text("heard", into.heard);
  into.done = in.text("done", into.done);
  into.id_field = in.text("id_field", into.id_field);
  into.count_field = in.text("count_field", into.count_field);
  into.echo = in.flag("echo", into.echo);
  into.to_all = in.flag("to_all", into.to_all);
  in.finish();
}

void read_words(dialect& into, const json& from, const std::string& place, complaints& errors) {
  if (from.is_null()) return;
  object_reader in{from, place, errors};
  for (std::size_t i = 0; i < word_count; ++i)
    if (const auto& each = in.at(names[i]); !each.is_null())
      read_word(into.words[i], each, place + "." + std::string{names[i]}, errors);
  in.finish();
}

json table_of(const json& chosen, complaints& errors) {
  if (chosen.is_object()) return chosen;
  const auto known = json::parse(built_in);
  if (chosen.is_string() && known.contains(chosen.get_ref<const std::string&>()))
    return known[chosen.get<std::string>()];
  std::string all;
  for (const auto& [name, table] : known.items()) all += name + ", ";
  errors.push_back("dialect: must be one of " + all + "or a table of events");
  return json::object();
}

constexpr std::array said_by{word::room, word::private_message, word::conversation, word::typing,
                             word::read, word::presence};

/// Why users of the group cannot do that; empty where they can.
std::string why_not(const group_plan& group, action_kind kind, const dialect& speaks) {
  if (speaks[said_by[static_cast<std::size_t>(kind)]].emit.empty())
    return "the dialect " + speaks.name + " has no word for " + std::string{to_string(kind)};
  if (kind == action_kind::room && group.rooms.empty()) return "the group is in no rooms";
  if (kind == action_kind::private_message && group.users < 2) return "needs a group of two users at least";
  const bool in_conversations =
      kind == action_kind::conversation || kind == action_kind::typing || kind == action_kind::read;
  if (in_conversations && group.conversations.empty()) return "the group is in no conversations";
  if (kind == action_kind::read && speaks[word::conversation].id_field.empty())
    return "the dialect " + speaks.name + " does not say where a message's id is found (id_field)";
  return {};
}

}  // namespace

result<dialect, complaints> make_dialect(const json& chosen, const json& changes) {
  complaints errors;
  const auto table = table_of(chosen, errors);
  object_reader in{table, "dialect", errors};
  dialect made;
  made.name = chosen.is_string() ? chosen.get<std::string>() : in.text("name", "custom");
  made.path = in.text("path", made.path);
  made.nsp = in.text("namespace", made.nsp);
  if (const auto& auth = in.at("auth"); !auth.is_null()) set(made.auth, auth, "dialect.auth", errors);
  made.ready = in.text("ready", "");
  made.error = in.text("error", "error");
  in.at("name");
  read_words(made, in.at("events"), "dialect.events", errors);
  in.finish();
  read_words(made, changes, "events", errors);
  if (!errors.empty()) return errors;
  return made;
}

complaints check_actions(const script& of, const dialect& speaks) {
  complaints errors;
  for (std::size_t number = 0; number < of.groups.size(); ++number) {
    const auto& group = of.groups[number];
    const auto place = "groups[" + std::to_string(number) + "].";
    if (!group.rooms.empty() && speaks[word::join_room].emit.empty())
      errors.push_back(place + "rooms: the dialect " + speaks.name + " has no word to join one");
    for (std::size_t each = 0; each < group.actions.size(); ++each)
      if (const auto wrong = why_not(group, group.actions[each].kind, speaks); !wrong.empty())
        errors.push_back(std::string{place}.append("do[").append(std::to_string(each)).append("]: ").append(wrong));
  }
  return errors;
}

}  // namespace parley::load
