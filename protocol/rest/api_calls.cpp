#include "protocol/rest/api_calls.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "protocol/json/json_text.hpp"

namespace parley::rest::api {
namespace {

constexpr std::array<std::string_view, 4> acting_fields{"userId", "senderId", "user_id", "sender_id"};
constexpr std::size_t max_profile_bytes = 4096;
constexpr std::uint64_t max_page = 200;

/// A name in the path; ids are text there.
std::string path_name(reading& in, std::size_t index, std::string_view field) {
  const auto& name = in.path[index];
  if (!valid_name(name, in.limits.name_characters))
    in.body.refuse(invalid_field(std::string{field}, std::string{field} + " in the path is not a valid name"));
  return name;
}

person path_person(reading& in, std::size_t index) {
  const auto id = path_name(in, index, "userId");
  return {user_id{id}, json_text::quoted(id)};
}

conversation_id path_conversation(reading& in) { return conversation_id{path_name(in, 0, "id")}; }

identity_ptr stand_in(const person& who) {
  auto made = std::make_shared<identity>();
  made->id = who.id;
  made->id_json = who.id_json;
  made->username = who.id.str();
  made->username_json = json_text::quoted(who.id.str());
  return made;
}

person person_from(dialects::payload& fields, json_view raw, std::string_view field) {
  const auto id = fields.user(field);
  const auto found = raw.find(field);
  return {id, found ? json_text::dump(found) : json_text::quoted(id.str())};
}

/// Who acts: the caller, or whom the body or the query names, which is for services only.
identity_ptr acting(reading& in) {
  for (const auto field : acting_fields) {
    const bool in_body = in.body.has(field);
    if (!in_body && !in.query.has(field)) continue;
    const auto named = in_body ? person_from(in.body, in.raw, field) : person_from(in.query, {}, field);
    if (named.id == in.caller->id) return in.caller;
    if (!in.service) in.body.refuse({errc::forbidden, "You can only act as yourself", std::string{field}});
    return stand_in(named);
  }
  return in.caller;
}

call::converse converse(reading& in, decltype(call::converse::what) what) {
  return {path_conversation(in), std::move(what), acting(in)};
}

/// Each once, as first named: 1 and "1" are one.
std::vector<person> members_of(dialects::payload& body) {
  std::vector<person> members;
  if (!body.has("members")) return members;
  std::unordered_set<user_id> seen;
  for (auto& each : body.people("members", 0))
    if (seen.insert(each.id).second) members.push_back(std::move(each));
  return members;
}

conversation_type type_of(reading& in, std::size_t members) {
  if (!in.body.has("type")) return members == 0 ? conversation_type::open : conversation_type::group;
  const auto type = conversation_type_from(in.body.word("type"));
  if (!type) in.body.refuse(invalid_field("type", "type must be direct, group or open"));
  return type.value_or(conversation_type::open);
}

}  // namespace

rest_call make_conversation(reading& in) {
  conversation made;
  if (in.body.has("id")) made.id = in.body.conversation("id");
  auto people = members_of(in.body);
  made.type = type_of(in, people.size());
  const auto caller = person_of(*in.caller);
  const bool has_caller =
      std::any_of(people.begin(), people.end(), [&](const person& each) { return each.id == caller.id; });
  if (made.type != conversation_type::open && !in.service && !has_caller) people.push_back(caller);
  if (made.type == conversation_type::direct && people.size() != 2)
    in.body.refuse(invalid_field("members", "A direct conversation has two members"));
  if (made.type != conversation_type::open)
    for (auto& each : people) made.members.push_back({std::move(each), 0, 0});
  return call::make_conversation{std::move(made)};
}

rest_call list_conversations(reading& in) { return call::list_conversations{acting(in)->id}; }

rest_call describe_conversation(reading& in) { return call::describe_conversation{path_conversation(in)}; }

rest_call add_member(reading& in) { return call::add_member{path_conversation(in), path_person(in, 1)}; }

// One may leave by oneself; to remove others is for services.
rest_call drop_member(reading& in) {
  auto who = path_person(in, 1);
  if (!in.service && who.id != in.caller->id)
    in.body.refuse({errc::forbidden, "Only a service may remove others", "userId"});
  return call::drop_member{path_conversation(in), std::move(who.id)};
}

namespace {

message_type message_type_of(reading& in) {
  if (!in.body.has("type")) return message_type::text;
  const auto type = message_type_from(in.body.word("type"));
  std::string text{"type must be one of"};
  for (const auto name : message_type_names) text.append(" ").append(name);
  if (!type) in.body.refuse(invalid_field("type", std::move(text)));
  return type.value_or(message_type::text);
}

}  // namespace

rest_call post_message(reading& in) {
  command::post_message made{.in = path_conversation(in), .type = message_type_of(in), .content = {}};
  made.content = in.body.content("content");
  made.client_id = in.key.empty() ? in.body.optional_name("clientId") : std::string{in.key};
  if (!made.client_id.empty() && !valid_name(made.client_id, in.limits.name_characters))
    in.body.refuse(invalid_field("Idempotency-Key", "Idempotency-Key must have 1 to " +
                                                        std::to_string(in.limits.name_characters) +
                                                        " characters, no control characters"));
  made.reply_to = message_id{in.body.optional_name("replyTo")};
  return converse(in, std::move(made));
}

rest_call list_history(reading& in) {
  command::list_history made{.in = path_conversation(in)};
  made.before = in.query.optional_number("beforeSeq");
  made.after = in.query.optional_number("afterSeq");
  if (made.before && made.after)
    in.query.refuse(invalid_field("afterSeq", "beforeSeq and afterSeq exclude each other"));
  if (in.query.has("limit")) made.limit = in.query.number("limit", 1, max_page);
  return converse(in, std::move(made));
}

rest_call read_message(reading& in) {
  return converse(
      in, command::acknowledge_message{path_conversation(in), in.body.message("messageId"), message_status::read});
}

rest_call edit_message(reading& in) {
  return converse(
      in, command::edit_message{
              path_conversation(in), message_id{path_name(in, 1, "messageId")}, in.body.content("content"), {}});
}

rest_call delete_message(reading& in) {
  return converse(in, command::delete_message{path_conversation(in), message_id{path_name(in, 1, "messageId")}});
}

rest_call list_receipts(reading& in) {
  return call::list_receipts{path_conversation(in), message_id{path_name(in, 1, "messageId")}};
}

rest_call user_presence(reading& in) { return call::user_presence{path_person(in, 0)}; }

namespace {

/// A list of names, or one.
std::vector<std::string> roles_in(reading& in) {
  const auto given = in.raw.find("roles");
  if (given.is_string()) return {std::string{given.text()}};
  bool fits = given.is_null() || given.is_array();
  std::vector<std::string> roles;
  for (const auto each : given.elements()) {
    fits = fits && each.is_string();
    roles.emplace_back(each.text());
  }
  if (!fits) in.body.refuse(invalid_field("roles", "roles must be a list of strings"));
  return roles;
}

}  // namespace

rest_call keep_user(reading& in) {
  call::keep_user made;
  made.what.who = path_person(in, 0);
  if (in.body.has("id")) {
    made.what.who = person_from(in.body, in.raw, "id");
    if (made.what.who.id.str() != in.path[0]) in.body.refuse(invalid_field("id", "id is not that of the path"));
  }
  made.what.username = in.body.text("username", max_profile_bytes);
  made.what.name = in.body.optional_text("name", max_profile_bytes);
  made.what.avatar = in.body.optional_text("avatar", max_profile_bytes);
  made.what.phone_number = in.body.optional_text("phoneNumber", max_profile_bytes);
  made.what.roles = roles_in(in);
  made.what.token_version = in.body.optional_number("tokenVersion").value_or(0);  // 0: as it is
  return made;
}

rest_call revoke_user(reading& in) { return call::revoke_user{path_person(in, 0)}; }

rest_call end_client(reading& in) { return call::end_client{path_name(in, 0, "sid")}; }

}  // namespace parley::rest::api
