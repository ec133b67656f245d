// Conversations, their members, and how far these have got.
#include <algorithm>

#include "actors/store/sql_store_impl.hpp"

namespace parley {

using sql::integer;

std::optional<conversation> sql_store::find_conversation(const conversation_id& id) {
  const auto rows = sql_.select<integer, integer, integer, integer>(
      "select type, last_seq, created_at, rev from conversations where id = :id", id.str());
  if (rows.empty()) return std::nullopt;
  const auto& [type, last, created_at, rev] = rows.front();
  return conversation{.id = id,
                      .type = static_cast<conversation_type>(type),
                      .last = sql::to_number(last),
                      .members = members_of(id),
                      .created_at = sql::to_time(created_at),
                      .rev = sql::to_number(std::max(rev, last))};
}

std::vector<member> sql_store::members_of(const conversation_id& id) {
  const auto rows = sql_.select<std::string, std::string, integer, integer, integer>(
      "select user_id, user_json, delivered, read_seq, joined_after from members"
      " where conversation = :id order by user_id",
      id.str());
  std::vector<member> members;
  members.reserve(rows.size());
  for (const auto& [user, id_json, delivered, read, joined_after] : rows)
    members.push_back({.who = {.id = user_id{user}, .id_json = id_json},
                       .delivered = sql::to_number(delivered),
                       .read = sql::to_number(read),
                       .joined_after = sql::to_number(joined_after)});
  return members;
}

void sql_store::add_conversation(const conversation& what) {
  const integer created_at = sql::from_time(what.created_at);
  sql_.change(
      "insert into conversations (id, type, last_seq, created_at, updated_at)"
      " values (:id, :type, :last, :created_at, :updated_at)",
      what.id.str(), static_cast<integer>(what.type), sql::from_number(what.last), created_at, created_at);
  for (const auto& each : what.members)
    sql_.change(
        "insert into members (conversation, user_id, user_json, delivered, read_seq, joined_after)"
        " values (:conversation, :user, :json, :delivered, :read, :joined_after)",
        what.id.str(), each.who.id.str(), each.who.id_json, sql::from_number(std::max(each.delivered, each.read)),
        sql::from_number(each.read), sql::from_number(each.joined_after));
}

void sql_store::put_member(const conversation_id& in, const person& who) {
  const integer added = sql_.change(
      "insert into members (conversation, user_id, user_json, delivered, read_seq, joined_after)"
      " select id, :user, :json, last_seq, last_seq, last_seq from conversations where id = :id on conflict do nothing",
      who.id.str(), who.id_json, in.str());
  if (added > 0) return;
  const auto rows = sql_.select<integer>("select count(*) from conversations where id = :id", in.str());
  if (std::get<0>(rows.at(0)) == 0) sql_.refuse("there is no such conversation");
}

void sql_store::remove_member(const conversation_id& in, const user_id& who) {
  sql_.change("delete from members where conversation = :conversation and user_id = :user", in.str(), who.str());
}

std::vector<conversation_summary> sql_store::conversations_of(const user_id& who, std::size_t limit) {
  // Inside: which ones, so that only those are counted. The count stops at its limit instead of seeing all.
  const auto rows = sql_.select<std::string, integer, integer, integer, integer>(
      "select id, type, last_seq, read_seq, (select count(*) from (select 1 from messages"
      "   where conversation = page.id and seq > page.read_seq and sender <> page.user_id"
      "   and deleted = 0 order by seq limit :most) as counted)"
      " from (select c.id as id, c.type as type, c.last_seq as last_seq, c.updated_at as updated_at,"
      "   m.read_seq as read_seq, m.user_id as user_id"
      "   from members m join conversations c on c.id = m.conversation where m.user_id = :user"
      "   order by c.updated_at desc, c.id limit :limit) as page"
      " order by updated_at desc, id",
      sql::from_number(max_unread), who.str(), sql::from_number(limit));
  std::vector<conversation_summary> found;
  found.reserve(rows.size());
  for (const auto& [id, type, last, read, unread] : rows)
    found.push_back({.id = conversation_id{id},
                     .type = static_cast<conversation_type>(type),
                     .last = sql::to_number(last),
                     .read = sql::to_number(read),
                     .unread = sql::to_number(unread)});
  return found;
}

std::uint64_t sql_store::count_unread(const conversation_id& in, const user_id& who) {
  const auto reached = sql_.select<integer>(
      "select read_seq from members where conversation = :conversation and user_id = :user", in.str(), who.str());
  if (reached.empty()) return 0;
  const auto rows = sql_.select<integer>(
      "select count(*) from (select 1 from messages where conversation = :conversation and seq > :read"
      " and sender <> :user and deleted = 0 order by seq limit :most) as counted",
      in.str(), std::get<0>(reached.front()), who.str(), sql::from_number(max_unread));
  return sql::to_number(std::get<0>(rows.at(0)));
}

std::vector<unread_count> sql_store::count_unread_beyond(const conversation_id& in, sequence seq,
                                                         const user_id& sender) {
  const auto rows = sql_.select<std::string, integer, integer>(
      "select user_id, read_seq, (select count(*) from (select 1 from messages"
      "   where conversation = behind.conversation and seq > behind.read_seq and sender <> behind.user_id"
      "   and deleted = 0 order by seq limit :most) as counted)"
      " from (select conversation, user_id, read_seq from members where conversation = :conversation"
      "   and read_seq < :seq and user_id <> :sender order by read_seq desc limit :limit) as behind",
      sql::from_number(max_unread), in.str(), sql::from_number(seq), sender.str(), sql::from_number(max_recounted));
  std::vector<unread_count> found;
  found.reserve(rows.size());
  for (const auto& [user, read, unread] : rows)
    found.push_back({user_id{user}, sql::to_number(unread), sql::to_number(read)});
  return found;
}

void sql_store::mark(const conversation_id& in, const member& who) {
  const integer read = sql::from_number(who.read);
  const integer delivered = sql::from_number(std::max(who.delivered, who.read));
  // The last condition saves the write where nothing is new, as most receipts say.
  sql_.change(
      "update members set delivered = case when :delivered > delivered then :delivered_2 else delivered end,"
      " read_seq = case when :read > read_seq then :read_2 else read_seq end"
      " where conversation = :conversation and user_id = :user and (delivered < :delivered_3 or read_seq < :read_3)",
      delivered, delivered, read, read, in.str(), who.who.id.str(), delivered, read);
}

}  // namespace parley
