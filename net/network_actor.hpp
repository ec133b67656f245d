// Where sockets and actors meet: one actor per shard (a CAF companion: its messages are handled on the shard's thread),
// which owns the shard's sessions and the index of who listens to what. An actor says something to a thousand sessions
// with one message to each network actor; here it is encoded once per audience and put into the outboxes. Invariant: a
// session_key names a slot and its generation; what is said to a key whose session is gone is dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <caf/actor_companion.hpp>

#include "actors/messages.hpp"
#include "actors/topics.hpp"
#include "net/heard_log.hpp"
#include "net/runtime/io_shard.hpp"
#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/frame.hpp"
#include "protocol/dialects/namespaces.hpp"

namespace parley::net {

class connection;
class peer;
class network_actor;

/// Tells a session that its token has run out.
class expiry_timer final : public timer_wheel::timer {
 public:
  void on_timer(timer_wheel::time_point now) override;

  network_actor* owner = nullptr;
  session_key key{};
};

/// Revocations that are remembered, and how long: for sessions that were looked up before and are let in after, which
/// may take them `command_timeout`.
inline constexpr std::size_t max_remembered_revocations = 10'000;
inline constexpr std::chrono::seconds least_revocation_memory{60};

/// What a conversation's event is about: `seq` is 0 where it is no message, `rev` where it is not known.
struct conversation_change {
  const conversation_id* in;
  sequence seq;
  revision rev;
};

/// Nothing where the event changes no conversation.
std::optional<conversation_change> change_in(const domain_event& what);

/// A topic that a session listens to, and under which label (join_room). Of a conversation it has heard live what came
/// after `since`, and after `since_rev`.
struct heard_topic {
  topic_id topic = 0;
  std::string label{};
  sequence since = 0;
  revision since_rev = 0;
};

/// A session as its shard sees it: one namespace of one connection.
struct socket_slot {
  session_key key{};
  peer* owner = nullptr;       // null while the slot is free
  connection* over = nullptr;  // the owner's: here, as each delivery would else have to fetch the owner for it
  dialects::namespace_id nsp{};
  dialects::dialect_set hears;
  dialects::dialect_set speaks;  // whose commands it takes: also of those it hears no more
  bool open = false;             // accepted: hears broadcasts, may send
  participant user;
  session_hdl session;
  /// What it is in.
  std::vector<heard_topic> topics;
  /// What it has of conversations beside what comes to it by its topics; null where that is nothing.
  std::unique_ptr<heard_log> heard;
  /// Whose coming and going it hears of; null: everyone's.
  std::unique_ptr<std::unordered_set<user_id>> watches;
  timer_wheel::time_point opened_at{};
  std::size_t in_flight = 0;  // commands that have no outcome yet
  /// Those of them that were passed to the session, the oldest first.
  struct asked_command {
    origin how;  // it is to be answered
    timer_wheel::time_point since;
  };
  std::vector<asked_command> asked;
  /// The members of the cluster have changed: what the client says waits until what it said before has its outcomes,
  /// as the next may take another way.
  std::unique_ptr<std::vector<session_command>> held;
  std::uint64_t last_delivery = 0;
  std::uint64_t next_ack = 0;
  std::map<std::uint64_t, std::string> awaited_acks;
  expiry_timer expiry;
  std::string sid;
};

class network_actor {
 public:
  network_actor(io_shard& shard, caf::actor_system& system, settings_ptr how,
                std::shared_ptr<const dialects::namespace_table> namespaces);
  ~network_actor();

  network_actor(const network_actor&) = delete;
  network_actor& operator=(const network_actor&) = delete;

  const network_hdl& handle() const { return handle_; }
  const dialects::namespace_table& namespaces() const { return *namespaces_; }
  io_shard& shard() { return shard_; }
  const core_ptr& actors() const { return core_; }
  const settings& how() const { return *settings_; }

  // -- for peers ---------------------------------------------------------------------------------------------------

  /// Spawns a session actor; the peer hears `accepted` or `refused` later.
  socket_slot& open(peer& owner, dialects::namespace_id nsp, dialects::dialect_set hears, auth::credentials who,
                    std::string handshake);
  void submit(socket_slot& from, any_command&& what, origin&& how);
  void acknowledge(socket_slot& from, std::uint64_t ack_id, json_view args);
  /// The client left: its session actor leaves everything; the slot is free afterwards.
  void close(socket_slot& gone);

  // -- for REST calls, which are answered by an outcome like commands are ------------------------------------------

  using answer_handler = std::function<void(const outcome&)>;
  /// A key that stands for a call; `then` is called once with its outcome, unless that takes longer than
  /// `rest_timeout`.
  session_key expect_answer(answer_handler then);

  /// Requests from and to the shards of other nodes; set once, before the first.
  class forwarder {
   public:
    virtual void on(const http_forward& said) = 0;
    virtual void on(const http_forwarded& said) = 0;
    virtual void on(const http_gone& said) = 0;
    virtual void on_members_changed(const core& now) = 0;

   protected:
    ~forwarder() = default;
  };
  void set_forwarder(forwarder& to) { forwards_ = &to; }
  template <class Message>
  void send_to_node(std::uint32_t number, Message what) {
    if (const auto* there = core_->find_peer(number)) self_->send(there->network, std::move(what));
  }

  /// False while nobody confirms that this node is a member of its cluster still (lease_ptr).
  bool may_act();

  std::size_t session_count() const { return slots_.size() - free_.size(); }

 private:
  friend class expiry_timer;

  /// Who listens to a topic on this shard, and what says things under it. `last`: the number of the last message of a
  /// conversation that was passed on; an earlier one has been heard. `rev`: of the last change that was passed on, and
  /// nothing is missing since `whole_since`. `replayed`: the highest number that any listener has by a replay.
  struct audience_of {
    topic_source what;
    sequence last = 0;
    std::vector<std::uint32_t> slots;
    revision rev = 0;
    revision whole_since = 0;
    sequence replayed = 0;
  };

  template <class Message>
  auto hears();
  void become();
  void expect_failures();
  void arm_expiry(socket_slot& slot);
  void on_expired(session_key key);
  void on(const session_accepted& said);
  void on(const session_attached& said);
  void on(const session_refused& said);
  void on(const session_ended& said);
  void on(const subscribe& said);
  void on(const unsubscribe& said);
  void on(const deliver& said);
  void on(const outcome& said);
  void on(const ask_client& said);
  void on(const topic_failed& said);
  void on(const presence_failed& said);
  void on(const tokens_revoked& said);
  void on(const session_refreshed& said);
  void on(const scope_presence& said);
  void on(const list_sessions& said);
  void on(const notify_role& said);
  void on(const kick_session& said);
  void on(const core_changed& said);
  void on(const end_of_wait& said);
  void resume_at_new_owners(const core& before);
  void resume(const socket_slot& slot, const audience_of& at, const std::string& label);
  void resume_presence(const socket_slot& slot);
  void leave(session_key gone, const topic_source& what);
  void hand_over_core(socket_slot& slot, std::vector<origin> lost);
  void forget_overdue_calls(timer_wheel::time_point now);
  bool is_revoked(const identity& who) const;
  void remember(const tokens_revoked& said);
  void look_for_overdue(timer_wheel::time_point now);
  void give_up_commands(socket_slot& slot, timer_wheel::time_point asked_before);
  bool was_answered(const socket_slot& slot, const origin& to) const;
  void answer(socket_slot& slot, const outcome& said);
  void settle_command(socket_slot& slot, const origin& done);
  void on_session_down(const caf::down_msg& said);

  socket_slot* find(session_key key);
  socket_slot& take_slot();
  void release(socket_slot& gone);
  void forget_topic(socket_slot& slot, topic_id topic);
  void settle(socket_slot& slot);

  struct audience_frames;
  dialects::spread spread_of(const addressees& to) const;
  /// False where it is not for that session, or in no words that it hears.
  bool deliver_to(socket_slot& slot, const delivery& what, audience_frames& frames);
  void deliver_to_topics(const std::vector<topic_id>& topics, const delivery& what, audience_frames& frames);
  void deliver_to_watchers(const user_id& of, const delivery& what, audience_frames& frames);
  static bool was_heard(audience_of& here, const conversation_change& what);

  // -- what sessions have of conversations (network_sync)

  static const heard_topic* place_in(const socket_slot& slot, topic_id topic);
  static number_range heard_messages(const heard_topic& place, const audience_of& at);
  static number_range heard_changes(const heard_topic& place, const audience_of& at);
  std::vector<number_range> heard_by(const socket_slot& slot, const conversation_id& in) const;
  bool is_news(socket_slot& slot, const conversation_change& what, bool replayed);
  bool came_live(const socket_slot& slot, const conversation_change& what) const;
  void keep_heard(socket_slot& slot, const heard_topic& place, const audience_of& at);
  event_ptr finish_replay(socket_slot& slot, const event_ptr& what);
  void report(const delivery& what, audience_frames& frames);
  void stop_watching(socket_slot& slot);
  void tell_whether_any_watch();

  io_shard& shard_;
  settings_ptr settings_;
  std::shared_ptr<const dialects::namespace_table> namespaces_;
  core_ptr core_;
  network_hdl handle_;
  caf::actor_companion* self_;
  forwarder* forwards_ = nullptr;
  std::deque<socket_slot> slots_;  // a deque: slots keep their addresses
  std::vector<std::uint32_t> free_;
  std::unordered_map<topic_id, audience_of> listeners_;
  std::unordered_map<user_id, std::vector<std::uint32_t>> watchers_;
  bool told_of_watchers_ = false;
  std::unordered_map<std::uint64_t, answer_handler> awaited_answers_;
  std::deque<std::pair<timer_wheel::time_point, std::uint64_t>> calls_due_;
  struct : timer_wheel::timer {
    void on_timer(timer_wheel::time_point now) override { owner->forget_overdue_calls(now); }
    network_actor* owner = nullptr;
  } calls_timer_;
  struct : timer_wheel::timer {
    void on_timer(timer_wheel::time_point now) override { owner->look_for_overdue(now); }
    network_actor* owner = nullptr;
  } overdue_timer_;
  struct revocation {
    std::uint64_t least = 0;  // version that is good
    timer_wheel::time_point at{};
  };
  std::unordered_map<user_id, revocation> revoked_;
  std::deque<std::pair<timer_wheel::time_point, user_id>> revoked_by_age_;
  std::uint32_t next_generation_ = 1;
  std::uint32_t next_call_ = 1;
  std::uint64_t deliveries_ = 0;
};

}  // namespace parley::net
