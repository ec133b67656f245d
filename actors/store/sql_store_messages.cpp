// Appending messages, changing them, and deleting what is old.
#include <algorithm>

#include "actors/store/sql_store_impl.hpp"

namespace parley {

using sql::integer;

std::vector<appended_message> sql_store::append(const conversation_id& to, sequence last,
                                                std::vector<message> messages) {
  std::vector<appended_message> appended;
  appended.reserve(messages.size());
  sequence next = last;
  integer latest = 0;
  for (auto& each : messages) {
    each.conversation = to;
    each.seq = next + 1;
    each.at = sql::to_time(sql::from_time(each.at));
    if (insert(each)) {
      ++next;
      latest = std::max(latest, sql::from_time(each.at));
      appended.push_back({std::move(each), append_outcome::stored});
    } else {
      appended.push_back(not_inserted(std::move(each)));
    }
  }
  advance(to, last, next, latest);
  return appended;
}

bool sql_store::insert(const message& what) {
  return sql_.change(
             "insert into messages (id, conversation, seq, sender, sender_json, type, content, client_id, reply_to,"
             " words, at, edited_at, deleted) values (:id, :conversation, :seq, :sender, :sender_json, :type, :content,"
             " :client_id, :reply_to, :words, :at, 0, 0) on conflict do nothing",
             what.id.str(), what.conversation.str(), sql::from_number(what.seq), what.sender.id.str(),
             what.sender.id_json, static_cast<integer>(what.type), what.content, what.client_id, what.reply_to.str(),
             what.words, sql::from_time(what.at)) > 0;
}

void sql_store::advance(const conversation_id& to, sequence last, sequence new_last, integer at) {
  // Also when there were duplicates only: then this finds whether another writer has been here.
  const integer changed = sql_.change(
      "update conversations set last_seq = :new_last,"
      " updated_at = case when :at > updated_at then :at_2 else updated_at end where id = :id and last_seq = :last",
      sql::from_number(new_last), at, at, to.str(), sql::from_number(last));
  if (changed != 1) sql_.refuse("the conversation's last number is another, or there is no such conversation");
}

void sql_store::edit_message(const message_id& id, const std::string& content, const std::string& words, timestamp at) {
  sql_.change("update messages set content = :content, words = :words, edited_at = :at where id = :id and deleted = 0",
              content, words, sql::from_time(at), id.str());
}

void sql_store::delete_message(const message_id& id) {
  sql_.change("update messages set content = 'null', deleted = 1 where id = :id", id.str());
  sql_.change("delete from reactions where message = :id", id.str());
}

reaction_outcome sql_store::react(const message_id& to, const user_id& who, const std::string& emoji, bool remove) {
  const integer changed =
      remove ? sql_.change("delete from reactions where message = :message and emoji = :emoji and user_id = :user",
                           to.str(), emoji, who.str())
             : sql_.change(
                   "insert into reactions (message, emoji, user_id) select id, :emoji, :user from messages"
                   " where id = :id and deleted = 0 on conflict do nothing",
                   emoji, who.str(), to.str());
  return {.counts = reactions_to(to), .changed = changed > 0};
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
