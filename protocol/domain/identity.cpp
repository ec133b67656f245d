#include "protocol/domain/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/json/json_text.hpp"

namespace parley {
namespace {

constexpr std::array<std::string_view, 4> id_claims{"sub", "id", "userId", "user_id"};
constexpr std::array<std::string_view, 3> username_claims{"username", "name", "email"};
constexpr std::array<std::string_view, 2> role_claims{"role", "roles"};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_but_for_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

/// The claim's value; null counts as absent.
json_view claim(json_view claims, std::string_view name) {
  const auto found = claims.find(name);
  return found.is_null() ? json_view{} : found;
}

std::string text_claim(json_view claims, std::string_view name) { return std::string{claim(claims, name).text()}; }

/// A role is its name, or an object that has one.
void add_role(identity& who, json_view value) {
  const auto name = value.is_object() ? value.find("name").text() : value.text();
  if (!name.empty() && !who.has_role(name)) who.roles.emplace_back(name);
}

/// `role` and `roles` may each be one role or a list of roles; anything else grants nothing.
void read_roles(identity& who, json_view claims) {
  for (const auto name : role_claims) {
    const auto value = claim(claims, name);
    add_role(who, value);
    for (const auto each : value.elements()) add_role(who, each);
  }
  if (!who.roles.empty()) who.role = who.roles.front();
}

void read_username(identity& who, json_view claims) {
  for (const auto name : username_claims)
    if (who.username.empty()) who.username = text_claim(claims, name);
  who.nameless = who.username.empty();
  if (who.nameless) who.username = who.id.str();
  who.username_json = json_text::quoted(who.username);
}

bool read_token_version(identity& who, json_view claims) {
  const auto value = claim(claims, "tokenVersion");
  if (!value) return true;
  if (!value.is_natural()) return false;
  who.token_version = value.natural();
  return true;
}

bool read_id(identity& who, json_view claims) {
  for (const auto name : id_claims) {
    const auto value = claim(claims, name);
    if (!value) continue;
    auto id = user_id_from(value);
    if (!id) return false;
    who.id = std::move(*id);
    who.id_json = json_text::dump(value);
    return true;
  }
  return false;
}

}  // namespace

bool identity::has_role(std::string_view name) const noexcept {
  return std::any_of(roles.begin(), roles.end(),
                     [&](const std::string& each) { return same_but_for_case(each, name); });
}

std::optional<user_id> user_id_from(json_view value) {
  if (value.is_integer()) return user_id{json_text::dump(value)};
  if (value.is_string() && valid_name(value.text())) return user_id{std::string{value.text()}};
  return std::nullopt;
}

identity_ptr named(const identity& who, std::string_view username) {
  const auto made = std::make_shared<identity>(who);
  made->username = username;
  made->username_json = json_text::quoted(username);
  return made;
}

result<identity_ptr> make_identity(json_view claims, std::optional<std::chrono::system_clock::time_point> expires_at) {
  const auto made = std::make_shared<identity>();
  auto& who = *made;
  if (!claims.is_object() || !read_id(who, claims))
    return error{errc::token_invalid, "Authentication token is invalid: it names no user"};
  if (!read_token_version(who, claims))
    return error{errc::token_invalid, "Authentication token is invalid: tokenVersion is no number", "tokenVersion"};
  who.email = text_claim(claims, "email");
  read_roles(who, claims);
  read_username(who, claims);
  who.expires_at = expires_at;
  return identity_ptr{made};
}

}  // namespace parley
