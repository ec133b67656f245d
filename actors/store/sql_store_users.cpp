// What is known of users: profiles, revoked tokens, when they were last here.
#include "actors/store/sql_store_impl.hpp"
#include "protocol/json/json.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley {
namespace {

using sql::integer;

std::string to_text(const std::vector<std::string>& roles) {
  std::string text;
  json_text::writer out{text};
  out.begin_array();
  for (const auto& role : roles) out.value(role);
  out.end_array();
  return text;
}

std::vector<std::string> to_roles(const std::string& text) {
  std::vector<std::string> roles;
  const auto parsed = json_text::parse(text);
  if (!parsed || !parsed->is_array()) return roles;
  for (const auto& role : *parsed)
    if (role.is_string()) roles.push_back(role.get<std::string>());
  return roles;
}

}  // namespace

std::optional<user_record> sql_store::find_user(const user_id& id) {
  const auto rows = sql_.select<std::string, std::string, std::string, std::string, std::string, std::string, integer>(
      "select id_json, username, name, avatar, phone_number, roles, token_version from users where id = :id", id.str());
  if (rows.empty()) return std::nullopt;
  const auto& [id_json, username, name, avatar, phone_number, roles, token_version] = rows.front();
  return user_record{.who = {.id = id, .id_json = id_json},
                     .username = username,
                     .name = name,
                     .avatar = avatar,
                     .phone_number = phone_number,
                     .roles = to_roles(roles),
                     .token_version = sql::to_number(token_version)};
}

void sql_store::put_user(const user_record& what) {
  // A profile that was read before a revocation and comes after it must not undo that.
  sql_.change(
      "insert into users (id, id_json, username, name, avatar, phone_number, roles, token_version)"
      " values (:id, :id_json, :username, :name, :avatar, :phone_number, :roles, :token_version)"
      " on conflict (id) do update set id_json = excluded.id_json, username = excluded.username,"
      " name = excluded.name, avatar = excluded.avatar, phone_number = excluded.phone_number, roles = excluded.roles,"
      " token_version = case when excluded.token_version > users.token_version then excluded.token_version"
      " else users.token_version end",
      what.who.id.str(), what.who.id_json, what.username, what.name, what.avatar, what.phone_number,
      to_text(what.roles), sql::from_number(what.token_version));
}

std::uint64_t sql_store::revoke_tokens(const person& who) {
  sql_.change(
      "insert into users (id, id_json, username, name, avatar, phone_number, roles, token_version)"
      " values (:id, :id_json, '', '', '', '', '[]', 1)"
      " on conflict (id) do update set token_version = users.token_version + 1",
      who.id.str(), who.id_json);
  const auto rows = sql_.select<integer>("select token_version from users where id = :id", who.id.str());
  return sql::to_number(std::get<0>(rows.at(0)));
}

bool sql_store::has_users() {
  return !sql_.select<integer>("select token_version from users order by id limit 1").empty();
}

void sql_store::put_last_seen(const person& who, timestamp at) {
  sql_.change(
      "insert into last_seen (user_id, user_json, at) values (:id, :id_json, :at)"
      " on conflict (user_id) do update set user_json = excluded.user_json, at = excluded.at",
      who.id.str(), who.id_json, sql::from_time(at));
}

std::vector<presence_info> sql_store::last_seen(const std::vector<user_id>& who) {
  std::vector<presence_info> found;
  found.reserve(who.size());
  for (const auto& id : who) {
    auto& info = found.emplace_back();
    info.who.id = id;
    const auto rows =
        sql_.select<std::string, integer>("select user_json, at from last_seen where user_id = :id", id.str());
    if (rows.empty()) {
      json_text::append_string(info.who.id_json, id.str());
      continue;
    }
    info.who.id_json = std::get<0>(rows.front());
    info.last_seen = sql::to_time(std::get<1>(rows.front()));
  }
  return found;
}

}  // namespace parley
