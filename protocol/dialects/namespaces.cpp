#include "protocol/dialects/namespaces.hpp"

#include <algorithm>
#include <utility>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/domain/lists.hpp"

namespace parley::dialects {
namespace {

constexpr std::size_t max_entries = 255;

error wrong(std::string_view entry, std::string why) {
  return invalid_field(std::string{entry}, "namespace entry '" + std::string{entry} + "': " + why);
}

/// A comma would end the name on the wire, a query is cut off there.
bool is_name(std::string_view name) {
  return name.starts_with('/') && name.find_first_of(",?\" \t") == std::string_view::npos;
}

result<namespace_entry> parse_entry(std::string_view entry) {
  const auto equals = entry.find('=');
  if (equals == std::string_view::npos) return wrong(entry, "expected /name=dialect,…");
  const auto name = trim(entry.substr(0, equals));
  if (!is_name(name)) return wrong(entry, "a name starts with / and has no comma, query or space");

  namespace_entry parsed{std::string{name}, {}};
  for (auto rest = entry.substr(equals + 1); !trim(rest).empty();) {
    const auto word = take_part(rest, ',');
    const auto id = find(word);
    if (!id) return wrong(entry, "there is no dialect '" + std::string{word} + "'");
    parsed.offered.insert(*id);
  }
  if (parsed.offered.empty()) return wrong(entry, "it names no dialect");
  if (parsed.offered.contains(dialect_id::conformance) && parsed.offered != dialect_set{dialect_id::conformance})
    return wrong(entry, "conformance goes with no other dialect");
  return parsed;
}

}  // namespace

result<namespace_table> namespace_table::parse(std::string_view text) {
  namespace_table table;
  while (!text.empty()) {
    const auto entry = take_part(text, ';');
    if (entry.empty()) continue;
    auto parsed = parse_entry(entry);
    if (!parsed) return parsed.failure();
    if (table.find(parsed->name)) return wrong(entry, "this name is there already");
    if (table.size() == max_entries) return wrong(entry, "there are more than 255 entries");
    table.entries_.push_back(*std::move(parsed));
  }
  if (table.size() == 0) return invalid_field("", "there is no namespace");
  return table;
}

std::optional<namespace_id> namespace_table::find(std::string_view name) const {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const namespace_entry& entry) { return entry.name == name; });
  if (at == entries_.end()) return std::nullopt;
  return static_cast<namespace_id>(at - entries_.begin());
}

}  // namespace parley::dialects
