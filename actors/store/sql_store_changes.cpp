// What was changed since: edits, deletions and reactions in the order in which they were made.
#include <algorithm>
#include <iterator>

#include "actors/store/sql_store_impl.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley {

using sql::integer;

change_page sql_store::changes(const change_request& what) {
  change_page page;
  // One more than asked for tells whether there are others.
  auto messages = changed_messages(what, what.limit + 1);
  auto reactions = changed_reactions(what, what.limit + 1);
  auto& all = page.changes;
  all.reserve(messages.size() + reactions.size());
  std::merge(std::make_move_iterator(messages.begin()), std::make_move_iterator(messages.end()),
             std::make_move_iterator(reactions.begin()), std::make_move_iterator(reactions.end()),
             std::back_inserter(all), [](const auto& one, const auto& other) { return one.rev < other.rev; });
  page.more = all.size() > what.limit;
  if (page.more) all.erase(all.begin() + static_cast<std::ptrdiff_t>(what.limit), all.end());
  return page;
}

std::vector<message_change> sql_store::changed_messages(const change_request& what, std::size_t size) {
  // The last condition is what the index is limited to: only with it among the conditions is the index used.
  const auto rows = sql_.select<std::string, integer>(
      "select id, edit_rev from messages where conversation = :conversation and edit_rev > :after and seq <= :upto"
      " and edit_rev > 0 order by edit_rev limit :size",
      what.conversation.str(), sql::from_number(what.after), sql::from_number(what.upto), sql::from_number(size));
  std::vector<message_change> found;
  found.reserve(rows.size());
  for (const auto& [id, rev] : rows)
    if (auto changed = find_message(message_id{id}))
      found.push_back({.rev = sql::to_number(rev), .what = std::move(*changed)});
  return found;
}

std::vector<message_change> sql_store::changed_reactions(const change_request& what, std::size_t size) {
  // A cross join, as SQLite then takes the tables in this order: the reactions by their index, then each one's message.
  const auto rows = sql_.select<std::string, std::string, std::string, std::string, integer, integer>(
      "select r.message, r.emoji, r.user_id, r.user_json, r.removed, r.rev from reactions r cross join messages m"
      " where m.id = r.message and r.conversation = :conversation and r.rev > :after and m.seq <= :upto"
      " order by r.rev limit :size",
      what.conversation.str(), sql::from_number(what.after), sql::from_number(what.upto), sql::from_number(size));
  std::map<std::string, std::optional<message>> known;
  std::vector<message_change> found;
  found.reserve(rows.size());
  for (const auto& [id, emoji, user, id_json, removed, rev] : rows) {
    auto at = known.find(id);
    if (at == known.end()) at = known.emplace(id, find_message(message_id{id})).first;
    if (!at->second) continue;
    person by{user_id{user}, id_json};
    if (by.id_json.empty()) json_text::append_string(by.id_json, user);
    found.push_back({sql::to_number(rev), *at->second, std::move(by), emoji, removed != 0});
  }
  return found;
}

}  // namespace parley
