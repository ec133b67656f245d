// The class behind open_sql_store: each method is a few statements of portable SQL on its connection. Included by the
// sql_store*.cpp only, one file per topic. Invariant: what a column holds is converted in one place (the functions
// below), so that all statements agree on it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/store/sql_connection.hpp"
#include "actors/store/store.hpp"

namespace parley {

namespace sql {
using integer = sql_connection::integer;

/// Milliseconds since 1970, rounded towards the past.
integer from_time(timestamp at);
timestamp to_time(integer milliseconds);
/// What a column cannot hold becomes the largest that it can: clients may ask for pages before any number.
integer from_number(std::uint64_t number);
inline std::uint64_t to_number(integer number) { return static_cast<std::uint64_t>(number); }
}  // namespace sql

class sql_store final : public store {
 public:
  sql_store(const std::string& where, access mode, std::uint32_t fence);

  void begin() override;
  void commit() override { sql_.commit(); }
  void rollback() noexcept override { sql_.rollback(); }
  void reconnect() override;

  std::optional<conversation> find_conversation(const conversation_id& id) override;
  void add_conversation(const conversation& what) override;
  void put_member(const conversation_id& in, const person& who) override;
  void remove_member(const conversation_id& in, const user_id& who) override;
  std::vector<conversation_summary> conversations_of(const user_id& who, std::size_t limit) override;

  std::vector<appended_message> append(const conversation_id& to, sequence last,
                                       std::vector<message> messages) override;
  std::optional<message> find_message(const message_id& id) override;
  revision edit_message(const message_id& id, const std::string& content, const std::string& words,
                        timestamp at) override;
  revision delete_message(const message_id& id) override;
  reaction_outcome react(const message_id& to, const person& who, const std::string& emoji, bool remove) override;
  history_page history(const page_request& what) override;
  change_page changes(const change_request& what) override;
  std::uint64_t count_unread(const conversation_id& in, const user_id& who) override;
  std::vector<unread_count> count_unread_beyond(const conversation_id& in, sequence seq,
                                                const user_id& sender) override;

  void mark(const conversation_id& in, const member& who) override;

  std::optional<user_record> find_user(const user_id& id) override;
  void put_user(const user_record& what) override;
  std::uint64_t revoke_tokens(const person& who) override;
  bool has_users() override;
  void put_last_seen(const person& who, timestamp at) override;
  std::vector<presence_info> last_seen(const std::vector<user_id>& who) override;

  std::size_t prune(std::optional<timestamp> before, std::uint64_t keep, std::size_t limit) override;

 private:
  void prepare_tables();
  std::vector<member> members_of(const conversation_id& id);
  /// False where it, its number or its client_id is there already.
  bool insert(const message& what);
  appended_message not_inserted(message what);
  /// Takes numbers for so many messages; returns the revision before them.
  revision advance(const conversation_id& to, sequence last, std::size_t count, sql::integer at);
  void give_back(const conversation_id& to, sequence last, std::size_t count);
  /// Raises the revision of the conversation of a message that is not deleted; 0 where there is none.
  revision raise(const message_id& because_of);
  bool has_reaction(const message_id& to, const user_id& who, const std::string& emoji);
  void forget_removed(const message_id& of);
  std::vector<message_change> changed_messages(const change_request& what, std::size_t size);
  std::vector<message_change> changed_reactions(const change_request& what, std::size_t size);
  std::vector<message> page_of(const page_request& what, std::size_t size);
  std::map<std::string, std::uint64_t> reactions_to(const message_id& id);
  void fill_reactions(std::vector<message>& page);
  void fill_status(std::vector<message>& page);
  std::size_t prune_older(timestamp before, std::size_t limit);
  std::size_t prune_beyond(std::uint64_t keep, std::size_t limit);

  /// Whose writes these are, a number in the roster; 0: not in a cluster.
  sql::integer fence_;
  sql_connection sql_;
};

}  // namespace parley
