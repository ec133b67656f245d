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
                     "id_field": "id"},
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
  else
    in.complain("emit", "must be a list that begins with the event's name");
  into.heard = in.text("heard", "");
  into.done = in.text("done", "");
  into.id_field = in.text("id_field", "");
  into.count_field = in.text("count_field", "");
  into.echo = in.flag("echo", true);
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

}  // namespace parley::load
