#include "net/auth_refusal.hpp"

#include <optional>

#include "protocol/domain/lists.hpp"

namespace parley::net {
namespace {

std::optional<bool> is_event(std::string_view word) {
  if (word == "event") return true;
  if (word == "connect_error") return false;
  return std::nullopt;
}

}  // namespace

result<refusal_rules, std::string> refusal_rules::parse(std::string_view text) {
  refusal_rules made;
  for (auto rest = text; !trim(rest).empty();) {
    const auto part = take_part(rest, ',');
    const auto equals = part.find('=');
    const auto event = is_event(trim(part.substr(equals == std::string_view::npos ? 0 : equals + 1)));
    if (!event) return std::string{"must be connect_error or event, or a list such as /groups=event,/hub=event"};
    if (equals == std::string_view::npos)
      made.by_event = *event;
    else if (!made.of_namespace.emplace(trim(part.substr(0, equals)), *event).second)
      return std::string{trim(part.substr(0, equals))} + " is in it twice";
  }
  return made;
}

std::string refusal_rules::stranger_to(const dialects::namespace_table& table) const {
  for (const auto& [name, own] : of_namespace)
    if (!table.find(name)) return name;
  return {};
}

std::vector<bool> refusal_rules::for_each(const dialects::namespace_table& table) const {
  std::vector<bool> all(table.size(), by_event);
  for (const auto& [name, own] : of_namespace)
    if (const auto id = table.find(name)) all[static_cast<std::size_t>(*id)] = own;
  return all;
}

}  // namespace parley::net
