// The parts of the conversation actor's behaviour, each in a file of its own: who hears what (conversation_voice), what
// becomes durable (conversation_flush), how it moves between nodes (conversation_move), old messages
// (conversation_pages), what a
// session missed (conversation_sync), what is asked of it (conversation_orders), and its life (conversation).
#pragma once

#include "actors/conversation.hpp"
#include "actors/senders.hpp"

namespace parley::conversing {

// -- conversation_voice ----------------------------------------------------------------------------------------------

event_ptr now(conversation_pointer self, any_event what);
void answer(conversation_pointer self, origin to, event_ptr what, bool emit = false);
void fail(conversation_pointer self, origin to, error reason);
inline error not_a_member() { return {errc::forbidden, "You are not a member of this conversation", "conversationId"}; }

/// To the sessions that joined.
void say_here(conversation_pointer self, const event_ptr& what, std::vector<session_key> except = {},
              bool reports = false);
/// To the sessions of a member that have not joined.
void say_to_member(conversation_pointer self, const user_id& who, const event_ptr& what, bool reports = false);
/// To all sessions of a member: what they have not read.
void say_unread(conversation_pointer self, const unread_count& what);
/// To all whom a message concerns: those who joined, all other sessions of the members, and where there are no members,
/// everyone who speaks `chat`.
void say_to_concerned(conversation_pointer self, const event_ptr& what, const std::vector<user_id>& except = {},
                      bool reports = false);
std::vector<session_key> sessions_of(conversation_pointer self, const user_id& who);

// -- conversation_flush ----------------------------------------------------------------------------------------------

/// Sends what is pending to the store, unless something is under way.
void flush(conversation_pointer self);
/// Notes how far a user has got; true when that is news and will be flushed.
bool mark(conversation_pointer self, const user_id& who, message_status to, sequence upto,
          std::optional<pending_mark::waiter> waiter);

/// How many old messages are told of when somebody catches up, or is waited for no more.
inline constexpr std::size_t max_statuses = 200;
/// Messages to tell of their statuses.
std::vector<message_mark> marks_of(store& on, const page_request& what);
/// To the sender of the message on all devices, and to all who are here.
void say_status(conversation_pointer self, const status_change& risen);

// -- conversation_move -----------------------------------------------------------------------------------------------

/// Another node owns this conversation now: what was begun is finished here, and then the actor goes.
void on_rehomed(conversation_pointer self);
void move_out_when_done(conversation_pointer self);
/// Something is on its way to the store or from it.
bool has_work_under_way(conversation_pointer self);
/// After so long the store is asked again that could not tell who this is, or what was missed.
inline constexpr std::chrono::milliseconds catch_up_retry{250};
/// Likewise, where only receipts wait that the server took by itself: of very many conversations, perhaps.
inline constexpr std::chrono::milliseconds receipts_retry{2000};
/// Somebody who was in it where it was before has its messages up to this one. What they missed is said again; until
/// then nothing new is.
void catch_up(conversation_pointer self, sequence have);
/// Says a message, or a change of one, that has just become durable; not before what is being said again.
void say_new(conversation_pointer self, event_ptr what);

// -- conversation_pages ----------------------------------------------------------------------------------------------

/// As much of a page as an outbox and one ack's attachments take, from where the client began; it asks on from there.
history_page shorten(history_page page, bool forward, std::size_t most_bytes);

// -- conversation_sync -----------------------------------------------------------------------------------------------

/// Tells the session that asked what it missed up to now, as much as an outbox takes; the client asks on from there.
/// What comes after now it hears as the others do. Waits while everybody is told what they missed.
void replay(conversation_pointer self, const conversation_order& said);

// -- conversation_orders ---------------------------------------------------------------------------------------------

void obey(conversation_pointer self, const conversation_order& said);

// -- conversation ----------------------------------------------------------------------------------------------------

/// Asks the store who this is; what comes meanwhile waits. Also where what is known here may be out of date.
void load(conversation_pointer self);
/// Those are out who are in it and may not be.
void evict_strangers(conversation_pointer self);
/// Where it has no list of members, they are those who are here.
void count_those_here(conversation_pointer self);
bool is_open(conversation_pointer self);
/// It is kept, or comes into being when it is spoken of.
bool may_be(conversation_pointer self);
/// Those who are here; makes room for them.
company& gather(conversation_pointer self);
void stop_typing(conversation_pointer self, const user_id& who);
/// Unless the user is typing in another session.
void stop_typing(conversation_pointer self, session_key in);
void tell_typing_ended(conversation_pointer self, const std::optional<participant>& who);
void end_all_typing(conversation_pointer self);
/// Makes sure of a tick at that time, or earlier.
void schedule(conversation_pointer self, timestamp due);
/// That session is out; its client is not told. `tell`: this conversation, where the session does not know it yet.
void let_go(conversation_pointer self, session_key key, const conversation_id& tell = {});

/// The conversation is kept: as if the store had said so.
conversation snapshot(conversation_pointer self);

}  // namespace parley::conversing
