// Appending messages, changing them, and deleting what is old.
#include <algorithm>

#include "actors/store/sql_store_impl.hpp"

namespace parley {

using sql::integer;

std::vector<appended_message> sql_store::append(const conversation_id& to, sequence last,
                                                std::vector<message> messages) {
  std::vector<appended_message> appended;
  appended.reserve(messages.size());
  integer latest = 0;
  for (const auto& each : messages) latest = std::max(latest, sql::from_time(each.at));
  const revision before = advance(to, last, messages.size(), latest);
  std::size_t stored = 0;
  for (auto& each : messages) {
    each.conversation = to;
    each.seq = last + stored + 1;
    each.rev = before + stored + 1;
    each.at = sql::to_time(sql::from_time(each.at));
    if (insert(each)) {
      ++stored;
      appended.push_back({std::move(each), append_outcome::stored});
    } else {
      appended.push_back(not_inserted(std::move(each)));
    }
  }
  if (stored < messages.size()) give_back(to, last + stored, messages.size() - stored);
  return appended;
}

bool sql_store::insert(const message& what) {
  return sql_.change(
             "insert into messages (id, conversation, seq, sender, sender_json, type, content, client_id, reply_to,"
             " words, at, edited_at, deleted, rev) values (:id, :conversation, :seq, :sender, :sender_json, :type, "
             ":content,"
             " :client_id, :reply_to, :words, :at, 0, 0, :rev) on conflict do nothing",
             what.id.str(), what.conversation.str(), sql::from_number(what.seq), what.sender.id.str(),
             what.sender.id_json, static_cast<integer>(what.type), what.content, what.client_id, what.reply_to.str(),
             what.words, sql::from_time(what.at), sql::from_number(what.rev)) > 0;
}

// First of all: whoever else writes here waits, or this finds that they have. Also when there are duplicates only.
// A node of a version without revisions may have raised the number alone: a revision is never below it.
revision sql_store::advance(const conversation_id& to, sequence last, std::size_t count, integer at) {
  const integer added = sql::from_number(count);
  const auto rows = sql_.select<integer>(
      "update conversations set last_seq = last_seq + :count,"
      " rev = case when rev < last_seq then last_seq else rev end + :count_2,"
      " updated_at = case when :at > updated_at then :at_2 else updated_at end where id = :id and last_seq = :last"
      " returning rev",
      added, added, at, at, to.str(), sql::from_number(last));
  if (rows.size() != 1) sql_.refuse("the conversation's last number is another, or there is no such conversation");
  return sql::to_number(std::get<0>(rows.front()) - added);
}

void sql_store::give_back(const conversation_id& to, sequence last, std::size_t count) {
  const integer unused = sql::from_number(count);
  sql_.change(
      "update conversations set last_seq = last_seq - :count, rev = rev - :count_2, updated_at = coalesce("
      "(select at from messages where conversation = :conversation and seq = :last), created_at) where id = :id",
      unused, unused, to.str(), sql::from_number(last), to.str());
}

revision sql_store::raise(const message_id& because_of) {
  const auto rows = sql_.select<integer>(
      "update conversations set rev = case when rev < last_seq then last_seq else rev end + 1 where id ="
      " (select conversation from messages where id = :id and deleted = 0) returning rev",
      because_of.str());
  return rows.empty() ? 0 : sql::to_number(std::get<0>(rows.front()));
}

revision sql_store::edit_message(const message_id& id, const std::string& content, const std::string& words,
                                 timestamp at) {
  const auto rev = raise(id);
  if (rev == 0) return 0;
  sql_.change("update messages set content = :content, words = :words, edited_at = :at, edit_rev = :rev where id = :id",
              content, words, sql::from_time(at), sql::from_number(rev), id.str());
  return rev;
}

revision sql_store::delete_message(const message_id& id) {
  const auto rev = raise(id);
  if (rev == 0) return 0;
  sql_.change("update messages set content = 'null', deleted = 1, edit_rev = :rev where id = :id",
              sql::from_number(rev), id.str());
  sql_.change("delete from reactions where message = :id", id.str());
  return rev;
}

bool sql_store::has_reaction(const message_id& to, const user_id& who, const std::string& emoji) {
  return !sql_.select<integer>(
                  "select rev from reactions where message = :message and emoji = :emoji and user_id = :user"
                  " and removed = 0",
                  to.str(), emoji, who.str())
              .empty();
}

reaction_outcome sql_store::react(const message_id& to, const person& who, const std::string& emoji, bool remove) {
  if (has_reaction(to, who.id, emoji) != remove) return {reactions_to(to), false, 0};
  const auto rev = raise(to);
  if (rev == 0) return {};
  sql_.change(
      "insert into reactions (message, emoji, user_id, user_json, conversation, removed, rev)"
      " select id, :emoji, :user, :json, conversation, :removed, :rev from messages where id = :id"
      " on conflict (message, emoji, user_id) do update set"
      " user_json = excluded.user_json, removed = excluded.removed, rev = excluded.rev",
      emoji, who.id.str(), who.id_json, integer{remove ? 1 : 0}, sql::from_number(rev), to.str());
  if (remove) forget_removed(to);
  return {reactions_to(to), true, rev};
}

// The latest stay: each tells all counts.
void sql_store::forget_removed(const message_id& of) {
  sql_.change(
      "delete from reactions where message = :id and removed = 1 and rev < (select min(rev) from"
      " (select rev from reactions where message = :id_2 and removed = 1 order by rev desc limit :most) as kept)",
      of.str(), of.str(), sql::from_number(max_removed_reactions));
}

std::size_t sql_store::prune(std::optional<timestamp> before, std::uint64_t keep, std::size_t limit) {
  std::size_t pruned = 0;
  if (before) pruned += prune_older(*before, limit);
  if (keep > 0 && pruned < limit) pruned += prune_beyond(keep, limit - pruned);
  return pruned;
}

// In both: the two statements choose the same messages, as their order leaves no choice.

std::size_t sql_store::prune_older(timestamp before, std::size_t limit) {
  const integer at = sql::from_time(before);
  const integer most = sql::from_number(limit);
  sql_.change(
      "delete from reactions where message in"
      " (select id from messages where at < :before order by at, id limit :most)",
      at, most);
  return static_cast<std::size_t>(sql_.change(
      "delete from messages where id in (select id from messages where at < :before order by at, id limit :most)", at,
      most));
}

std::size_t sql_store::prune_beyond(std::uint64_t keep, std::size_t limit) {
  const integer kept = sql::from_number(keep);
  const integer most = sql::from_number(limit);
  // A cross join, as SQLite then takes the tables in this order: the oldest of each conversation, by the index.
  sql_.change(
      "delete from reactions where message in (select m.id from conversations c cross join messages m"
      " where m.conversation = c.id and m.seq <= c.last_seq - :keep order by c.id, m.seq limit :most)",
      kept, most);
  return static_cast<std::size_t>(
      sql_.change("delete from messages where id in (select m.id from conversations c cross join messages m"
                  " where m.conversation = c.id and m.seq <= c.last_seq - :keep order by c.id, m.seq limit :most)",
                  kept, most));
}

}  // namespace parley
