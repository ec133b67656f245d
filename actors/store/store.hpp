// What is durable, as a synchronous contract: every implementation passes tests/contract. Called by a store actor only,
// on its own thread, between begin() and commit(). Invariant: what a transaction changed is all there after its
// commit, and nothing of it otherwise.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "protocol/domain/model.hpp"

namespace parley {

/// The database refused: gone, full, locked, or what was asked conflicts with what is there. Leaves the transaction to
/// be rolled back. Thrown only within a store and caught by its actor, which makes an `error` of it.
class store_failure : public std::runtime_error {
 public:
  /// `conflict`: asking again gives the same answer; otherwise it may succeed later.
  enum class kind { conflict, unavailable };

  store_failure(kind what, const std::string& text) : std::runtime_error{text}, what_{what} {}
  kind what_kind() const { return what_; }

 private:
  kind what_;
};

/// `duplicate`: its sender had sent it before. `id_taken`: another message has its id, and it is not stored.
enum class append_outcome : std::uint8_t { stored, duplicate, id_taken };

/// What became of one message that was to be appended: as stored, unless it is not.
struct appended_message {
  message what;
  append_outcome how = append_outcome::stored;
};

struct page_request {
  conversation_id conversation;
  /// At most one of the two: the messages before this one, latest of them; or those after it, earliest of them. With
  /// neither, the latest.
  std::optional<sequence> before;
  std::optional<sequence> after;
  std::size_t limit = 50;
};

/// The counts per emoji after a reaction, and whether it changed any.
struct reaction_outcome {
  std::map<std::string, std::uint64_t> counts{};
  bool changed = false;
  /// Of the change; 0 where there was none.
  revision rev = 0;
};

struct change_request {
  conversation_id conversation;
  /// Changes after this one,
  revision after = 0;
  /// of messages up to this number.
  sequence upto = 0;
  std::size_t limit = 50;
};

/// A receipt, as `GET …/receipts` lists them.
struct receipt {
  person who;
  message_status status = message_status::sent;
};

class store {
 public:
  virtual ~store() = default;

  virtual void begin() = 0;
  virtual void commit() = 0;
  /// Never throws: a database that is gone has rolled back.
  virtual void rollback() noexcept = 0;
  /// Opens the connection anew after a failure; throws where that fails.
  virtual void reconnect() = 0;

  // -- conversations

  virtual std::optional<conversation> find_conversation(const conversation_id& id) = 0;
  /// Creates it with its members. `conflict` where it exists.
  virtual void add_conversation(const conversation& what) = 0;
  /// A member who is there already stays as they are. A new one starts with everything up to now read,
  /// and none of it is for them.
  virtual void put_member(const conversation_id& in, const person& who) = 0;
  virtual void remove_member(const conversation_id& in, const user_id& who) = 0;
  /// The conversations a user is a member of, latest activity first, with unread counts of at most `max_unread`.
  virtual std::vector<conversation_summary> conversations_of(const user_id& who, std::size_t limit) = 0;

  // -- messages

  /// Appends in order, numbering from `last` + 1. A message whose client_id its sender has used in this conversation is
  /// not stored again: the first one is returned. One whose id is taken is left out. `conflict` when the conversation's
  /// last number is no longer `last`.
  virtual std::vector<appended_message> append(const conversation_id& to, sequence last,
                                               std::vector<message> messages) = 0;
  virtual std::optional<message> find_message(const message_id& id) = 0;
  /// Each of the three raises the conversation's revision and returns it; 0 where there is nothing to change.
  virtual revision edit_message(const message_id& id, const std::string& content, const std::string& words,
                                timestamp at) = 0;
  /// Its number stays; its content and reactions go.
  virtual revision delete_message(const message_id& id) = 0;
  /// Adds or removes one user's reaction. Of those removed the last `max_removed_reactions` of a message are
  /// remembered.
  virtual reaction_outcome react(const message_id& to, const person& who, const std::string& emoji, bool remove) = 0;
  virtual history_page history(const page_request& what) = 0;
  /// The last edit or deletion of each message, and the last change of each reaction, in their order.
  virtual change_page changes(const change_request& what) = 0;
  /// Messages of others after what the user has read, counted to `max_unread`.
  virtual std::uint64_t count_unread(const conversation_id& in, const user_id& who) = 0;
  /// The same of all members but its sender who have not read the message of that number; at most `max_recounted`.
  virtual std::vector<unread_count> count_unread_beyond(const conversation_id& in, sequence seq,
                                                        const user_id& sender) = 0;

  // -- receipts

  /// Raises how far a member has got; what is lower than before changes nothing.
  virtual void mark(const conversation_id& in, const member& who) = 0;

  // -- users

  virtual std::optional<user_record> find_user(const user_id& id) = 0;
  virtual void put_user(const user_record& what) = 0;
  /// Raises the token version, making the user where unknown; returns the new one.
  virtual std::uint64_t revoke_tokens(const person& who) = 0;
  virtual bool has_users() = 0;
  virtual void put_last_seen(const person& who, timestamp at) = 0;
  /// In the order asked; without a time for those who were never seen.
  virtual std::vector<presence_info> last_seen(const std::vector<user_id>& who) = 0;

  // -- retention

  /// Deletes what is older than `before`, or beyond the latest `keep` messages of each conversation (0: no such bound);
  /// at most `limit` messages. Returns how many.
  virtual std::size_t prune(std::optional<timestamp> before, std::uint64_t keep, std::size_t limit) = 0;

  /// Unread counts stop here: counting more would only cost.
  static constexpr std::uint64_t max_unread = 1000;
  static constexpr std::size_t max_recounted = 1000;
  static constexpr std::size_t max_removed_reactions = 50;
};

using store_factory = std::unique_ptr<store> (*)(const std::string& where);

}  // namespace parley
