// Reading messages: pages of a conversation, and what is known of each message when it is read.
#include <algorithm>
#include <limits>

#include "actors/store/sql_store_impl.hpp"

namespace parley {
namespace {

using sql::integer;

using message_row = std::tuple<std::string, std::string, integer, std::string, std::string, integer, std::string,
                               std::string, std::string, std::string, integer, integer, integer, integer, integer>;

/// The columns of `message_row`, and the table.
const std::string select_messages =
    "select id, conversation, seq, sender, sender_json, type, content, client_id, reply_to, words, at, edited_at,"
    " deleted, rev, edit_rev from messages";

/// Messages from before there were revisions have none: their number stands for it.
revision first_revision(const message_row& row) {
  const integer rev = std::get<13>(row);
  return sql::to_number(rev != 0 ? rev : std::get<2>(row));
}

message to_message(const message_row& row) {
  const auto& [id, conversation, seq, sender, sender_json, type, content, client_id, reply_to, words, at, edited,
               deleted, rev, edit_rev] = row;
  message what{.id = message_id{id},
               .conversation = conversation_id{conversation},
               .seq = sql::to_number(seq),
               .sender = {.id = user_id{sender}, .id_json = sender_json},
               .type = static_cast<message_type>(type),
               .content = content,
               .client_id = client_id,
               .reply_to = message_id{reply_to},
               .words = words,
               .at = sql::to_time(at)};
  if (edited != 0) what.edited_at = sql::to_time(edited);
  what.deleted = deleted != 0;
  what.rev = std::max(first_revision(row), sql::to_number(edit_rev));
  return what;
}

template <class... In>
std::vector<message> messages_where(sql_connection& from, const std::string& text, const In&... in) {
  const auto rows =
      from.select<std::string, std::string, integer, std::string, std::string, integer, std::string, std::string,
                  std::string, std::string, integer, integer, integer, integer, integer>(text, in...);
  std::vector<message> found;
  found.reserve(rows.size());
  for (const auto& row : rows) found.push_back(to_message(row));
  return found;
}

constexpr auto nobody = std::numeric_limits<sequence>::max();

/// How far all members but one have got, and after which message the first of them came.
struct reached_by_others {
  sequence joined_after = nobody;
  sequence delivered = nobody;
  sequence read = nobody;
};

reached_by_others others_than(const user_id& sender, const std::vector<member>& members) {
  reached_by_others others;
  for (const auto& each : members) {
    if (each.who.id == sender) continue;
    others.joined_after = std::min(others.joined_after, each.joined_after);
    others.delivered = std::min(others.delivered, std::max(each.delivered, each.read));
    others.read = std::min(others.read, each.read);
  }
  return others;
}

// Who came later has got beyond it from the start, and so does not hold it back.
message_status status_of(const message& what, const reached_by_others& others) {
  if (others.joined_after >= what.seq) return message_status::sent;
  if (others.read >= what.seq) return message_status::read;
  return others.delivered >= what.seq ? message_status::delivered : message_status::sent;
}

}  // namespace

appended_message sql_store::not_inserted(message what) {
  // The last condition is what the index is limited to: only with it among the conditions is the index used.
  static const std::string text =
      select_messages +
      " where conversation = :conversation and sender = :sender and client_id = :client_id and client_id <> ''";
  auto found = messages_where(sql_, text, what.conversation.str(), what.sender.id.str(), what.client_id);
  if (!found.empty()) {
    auto& first = found.front();
    // What its sender was told, whatever has been done to it since.
    const auto rows = sql_.select<integer>(
        "select case when rev = 0 then seq else rev end from messages where id = :id", first.id.str());
    first.rev = sql::to_number(std::get<0>(rows.at(0)));
    return {std::move(first), append_outcome::duplicate};
  }
  const bool id_taken =
      !sql_.select<std::string>("select id from messages where id = :id", std::string{what.id.str()}).empty();
  if (!id_taken) sql_.refuse("the message's number is taken by another");
  return {std::move(what), append_outcome::id_taken};
}

std::optional<message> sql_store::find_message(const message_id& id) {
  static const std::string text = select_messages + " where id = :id";
  auto found = messages_where(sql_, text, id.str());
  if (found.empty()) return std::nullopt;
  fill_reactions(found);
  fill_status(found);
  return std::move(found.front());
}

history_page sql_store::history(const page_request& what) {
  history_page page;
  // First: what is changed meanwhile is then told again rather than never.
  const auto rows = sql_.select<integer>(
      "select case when rev < last_seq then last_seq else rev end from conversations where id = :id",
      what.conversation.str());
  if (!rows.empty()) page.rev = sql::to_number(std::get<0>(rows.front()));
  // One more than asked for tells whether there are others.
  const std::size_t size = std::min(what.limit, std::numeric_limits<std::size_t>::max() - 1) + 1;
  page.messages = page_of(what, size);
  page.more = page.messages.size() == size;
  if (page.more) page.messages.pop_back();
  if (!what.after) std::reverse(page.messages.begin(), page.messages.end());
  fill_reactions(page.messages);
  fill_status(page.messages);
  return page;
}

std::vector<message> sql_store::page_of(const page_request& what, std::size_t size) {
  static const std::string backwards =
      select_messages + " where conversation = :conversation and seq < :before order by seq desc limit :size";
  static const std::string forwards =
      select_messages + " where conversation = :conversation and seq > :after order by seq limit :size";
  const auto& in = what.conversation.str();
  if (what.after) return messages_where(sql_, forwards, in, sql::from_number(*what.after), sql::from_number(size));
  const sequence before = what.before.value_or(std::numeric_limits<sequence>::max());
  return messages_where(sql_, backwards, in, sql::from_number(before), sql::from_number(size));
}

std::map<std::string, std::uint64_t> sql_store::reactions_to(const message_id& id) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [emoji, count] : sql_.select<std::string, integer>(
           "select emoji, count(*) from reactions where message = :id and removed = 0 group by emoji", id.str()))
    counts.emplace(emoji, sql::to_number(count));
  return counts;
}

void sql_store::fill_reactions(std::vector<message>& page) {
  if (page.empty()) return;
  // A cross join, as SQLite then takes the tables in this order: the page by its index, then each one's reactions.
  const auto rows = sql_.select<integer, std::string, integer, integer>(
      "select m.seq, r.emoji, sum(1 - r.removed), max(r.rev) from messages m cross join reactions r"
      " where r.message = m.id and m.conversation = :conversation and m.seq >= :first and m.seq <= :last"
      " group by m.seq, r.emoji",
      page.front().conversation.str(), sql::from_number(page.front().seq), sql::from_number(page.back().seq));
  for (const auto& [seq, emoji, count, rev] : rows) {
    const auto to = std::ranges::lower_bound(page, sql::to_number(seq), {}, &message::seq);
    if (to == page.end() || to->seq != sql::to_number(seq)) continue;
    if (count > 0) to->reactions.emplace(emoji, sql::to_number(count));
    to->rev = std::max(to->rev, sql::to_number(rev));
  }
}

void sql_store::fill_status(std::vector<message>& page) {
  if (page.empty()) return;
  const auto members = members_of(page.front().conversation);
  std::map<user_id, reached_by_others> by_sender;
  for (auto& each : page) {
    auto known = by_sender.find(each.sender.id);
    if (known == by_sender.end()) known = by_sender.emplace(each.sender.id, others_than(each.sender.id, members)).first;
    each.status = status_of(each, known->second);
  }
}

}  // namespace parley
