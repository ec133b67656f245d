// Every actor of the system on one page: what it is, what can be said to it, and who says it. The table of contents.
// Messages are plain structs; all handlers only react (an answer is a message of its own), so nobody ever waits.
#pragma once

#include <caf/delegated.hpp>
#include <caf/typed_actor.hpp>

namespace parley {

/// What the handlers of frequent messages return: that nobody waits for an answer. From those that return nothing CAF
/// makes an empty answer and a promise of it, for each message, before it finds that out.
using no_answer = caf::delegated<void>;

struct session_accepted;
struct session_refused;
struct session_refreshed;
struct session_ended;
struct subscribe;
struct unsubscribe;
struct deliver;
struct outcome;
struct ask_client;
struct topic_failed;
struct presence_failed;
struct tokens_revoked;
struct core_changed;
struct owners_changed;
struct scope_presence;
struct list_sessions;
struct notify_role;
struct kick_session;
struct end_of_wait;
struct http_forward;
struct http_forwarded;
struct http_gone;
struct users_known;
struct who_is_home;

struct session_command;
struct client_ack;
struct room_entered;
struct room_lost;
struct presence_lost;
struct token_ran_out;
struct close_session;
struct conversation_entered;
struct conversation_lost;
struct resumed;

struct join_room;
struct leave_room;
struct post_to_room;
struct update_member;
struct emit_to_room;
struct retire_granted;
struct rehomed;

struct enter_conversation;
struct exit_conversation;
struct conversation_order;
struct messages_written;
struct conversation_tick;
struct conversation_silent;

struct attach_session;
struct detach_session;
struct session_attached;
struct tell_user;
struct tell_own_sessions;
struct grace_over;
struct tell_call;
struct call_timeout;

struct user_arrived;
struct user_changed;
struct user_departed;
struct list_users;
struct summarize_users;
struct notify_user;
struct announce_to_all;
struct people_order;
struct shard_watches;
struct look_for_orphans;

struct registry_join;
struct registry_room;
struct registry_user;
struct registry_conversation;
struct conversation_idle;
struct look_for_silence;
struct room_idle;
struct presence_idle;
struct moved_out;
struct view_settled;

struct roster_order;
struct roster_read;
struct node_called;
struct leave_cluster;
struct look_around;
struct steward_tick;
struct peer_up;
struct peer_down;
struct keys_moved;
struct sessions_told;
struct link_flushed;
struct node_settled;
struct members_changed;
struct node_calls;
struct settle_over;

struct store_order;
struct commit_now;
struct probe_store;
struct prune_now;

/// One per shard, in `net/`: owns the shard's connections and its index of who listens to what.
using network_hdl =
    caf::typed_actor<caf::reacts_to<session_accepted>,   // session: this is who they are; answer their CONNECT
                     caf::reacts_to<session_refused>,    // session: answer with CONNECT_ERROR, forget the session
                     caf::reacts_to<session_refreshed>,  // session: a fresh token, another expiry
                     caf::reacts_to<session_ended>,      // session: error event, then a disconnect packet
                     caf::reacts_to<subscribe>,          // room: this session hears my topic from now on
                     caf::reacts_to<unsubscribe>,        // room: … no longer
                     caf::reacts_to<deliver>,     // anyone: an event for all, a role, topics or sessions of this shard
                     caf::reacts_to<outcome>,     // anyone: a command is done; exactly one for each command
                     caf::reacts_to<ask_client>,  // session: an event that asks the client for an ack
                     caf::reacts_to<topic_failed>,      // registry: a room crashed; tell those it served
                     caf::reacts_to<presence_failed>,   // registry: a presence crashed; its sessions must attach again
                     caf::reacts_to<tokens_revoked>,    // directory: sessions with older tokens of this user end
                     caf::reacts_to<scope_presence>,    // session: whose coming and going it wants to hear of
                     caf::reacts_to<list_sessions>,     // REST: which sessions this shard has
                     caf::reacts_to<notify_role>,       // REST: say this to all, or those of a role; whom it reached
                     caf::reacts_to<kick_session>,      // REST: end that session
                     caf::reacts_to<session_attached>,  // registry or presence of another node: the session is known
                     caf::reacts_to<http_forward>,    // network actor of another node: a request of one of my sessions
                     caf::reacts_to<http_forwarded>,  // the same, the answer
                     caf::reacts_to<http_gone>,       // the same, nobody waits for it any more
                     caf::reacts_to<end_of_wait>,     // itself, delayed: who waited for outcomes waits no longer
                     caf::reacts_to<core_changed>>;   // guardian: a core actor was restarted

/// One per Socket.IO socket (a connection's presence on a namespace): who this is, what it may do, where it is a
/// member.
using session_hdl =
    caf::typed_actor<caf::reacts_to<session_command>,   // network actor: a decoded command of the client
                     caf::reacts_to<client_ack>,        // network actor: the client's answer to ask_client
                     caf::reacts_to<room_entered>,      // network actor: the room let you in
                     caf::reacts_to<room_lost>,         // network actor: that room crashed; you are no longer a member
                     caf::reacts_to<session_attached>,  // network actor, from where its user is at home
                     caf::reacts_to<presence_lost>,     // network actor: my user's presence crashed; attach again
                     caf::reacts_to<token_ran_out>,     // network actor's timer: the token's expiry is reached
                     caf::reacts_to<close_session>,     // network actor: the client is gone; leave everything and quit
                     caf::reacts_to<conversation_entered>,  // network actor: the conversation let you in
                     caf::reacts_to<conversation_lost>,     // network actor: you are not in that conversation
                     caf::reacts_to<resumed>,               // store, with the answer to a question
                     caf::reacts_to<owners_changed>>;       // network actor: the core is another

/// One per room, single writer of its membership and of the order of its events. Reached through the registry.
using room_hdl = caf::typed_actor<caf::reacts_to<join_room>,       // session
                                  caf::reacts_to<leave_room>,      // session, network actor for one that is gone
                                  caf::reacts_to<post_to_room>,    // session
                                  caf::reacts_to<emit_to_room>,    // directory: a back end's event for all here
                                  caf::reacts_to<update_member>,   // session: its user has a fresh token
                                  caf::reacts_to<retire_granted>,  // registry: nobody is on the way; quit
                                  caf::reacts_to<rehomed>,         // registry: another node owns this room
                                  caf::reacts_to<core_changed>>;   // registry: a core actor was restarted

/// One per conversation that somebody is concerned with: single writer of its messages, members and receipts. Loads
/// itself from the store, retires when nothing has happened for a while.
using conversation_hdl =
    caf::typed_actor<caf::reacts_to<enter_conversation>,  // session, through the registry
                     caf::reacts_to<exit_conversation>,   // session, through the registry
                     caf::reacts_to<conversation_order>,  // session or REST, through the registry: everything else
                     caf::reacts_to<messages_written>,    // network actor, through the registry: these users have these
                                                          // messages
                     caf::reacts_to<emit_to_room>,        // registry: a back end's event for all concerned
                     caf::reacts_to<resumed>,             // store, with an answer
                     caf::reacts_to<conversation_tick>,   // itself, delayed: is somebody's typing over
                     caf::reacts_to<conversation_silent>,  // registry: nothing was passed on for a while
                     caf::reacts_to<retire_granted>,       // registry: nobody is on the way; quit
                     caf::reacts_to<rehomed>,              // registry: another node owns this conversation
                     caf::reacts_to<core_changed>>;        // registry: a core actor was restarted

/// One per user who is online: their sessions, and the grace time after the last of them ended.
using presence_hdl = caf::typed_actor<caf::reacts_to<attach_session>,     // session, through the registry
                                      caf::reacts_to<detach_session>,     // session, through the registry
                                      caf::reacts_to<tell_user>,          // session: a private message for this user
                                      caf::reacts_to<tell_own_sessions>,  // session: for my user's other sessions
                                      caf::reacts_to<tell_call>,          // conversation: a step of a call
                                      caf::reacts_to<call_timeout>,       // itself, delayed: nobody answered
                                      caf::reacts_to<grace_over>,         // itself, delayed
                                      caf::reacts_to<retire_granted>,     // registry: nobody is on the way; quit
                                      caf::reacts_to<rehomed>,            // registry: another node owns this user
                                      caf::reacts_to<core_changed>>;      // registry: a core actor was restarted

/// One per node: the users who are online, and the single voice that announces their coming and going.
using directory_hdl = caf::typed_actor<caf::reacts_to<user_arrived>,      // presence
                                       caf::reacts_to<user_changed>,      // presence
                                       caf::reacts_to<user_departed>,     // presence
                                       caf::reacts_to<list_users>,        // session, REST
                                       caf::reacts_to<summarize_users>,   // session, REST
                                       caf::reacts_to<notify_user>,       // REST: an event for a user
                                       caf::reacts_to<announce_to_all>,   // session: an event for everyone
                                       caf::reacts_to<view_settled>,      // steward, itself: as for a registry
                                       caf::reacts_to<people_order>,      // session, REST: about users, from the store
                                       caf::reacts_to<users_known>,       // directory of another node
                                       caf::reacts_to<who_is_home>,       // directory of another node
                                       caf::reacts_to<shard_watches>,     // network actor: somebody there watches users
                                       caf::reacts_to<look_for_orphans>,  // itself, delayed
                                       caf::reacts_to<resumed>,           // store, with an answer
                                       caf::reacts_to<core_changed>>;     // guardian: these are the network actors

/// Several, sharded by key: maps a name to its actor, and is the only spawner of rooms and presences. What is for a key
/// that another node owns goes on to that node.
using registry_hdl =
    caf::typed_actor<caf::reacts_to<registry_join>,          // session: find or spawn the room, pass the join on
                     caf::reacts_to<registry_room>,          // session, directory: for a room, if it exists
                     caf::reacts_to<registry_user>,          // session: pass this on to a user's presence
                     caf::reacts_to<registry_conversation>,  // session, REST: pass this on to a conversation
                     caf::reacts_to<conversation_idle>,      // conversation: nobody is here
                     caf::reacts_to<look_for_silence>,       // itself, delayed: which conversations are silent
                     caf::reacts_to<room_idle>,              // room: I am empty
                     caf::reacts_to<presence_idle>,          // presence: my user is offline
                     caf::reacts_to<moved_out>,              // itself
                     caf::reacts_to<view_settled>,           // steward, itself: all have said who is where
                     caf::reacts_to<core_changed>>;          // guardian: a core actor was restarted

/// One per node of a cluster: who is a member, and when a change of the members is settled. See cluster/steward.hpp.
using steward_hdl = caf::typed_actor<caf::reacts_to<roster_read>,    // itself: what the database says
                                     caf::reacts_to<node_called>,    // itself: the gateway of a node that was called
                                     caf::reacts_to<node_calls>,     // gateway: a node calls this one
                                     caf::reacts_to<leave_cluster>,  // composition root: this node is to end
                                     caf::reacts_to<look_around>,    // link: sooner than planned
                                     caf::reacts_to<steward_tick>,   // itself, delayed
                                     caf::reacts_to<peer_up>,        // link: that node answers
                                     caf::reacts_to<peer_down>,      // link: that node does not answer any more
                                     caf::reacts_to<keys_moved>,     // registry, directory: what others need is said
                                     caf::reacts_to<sessions_told>,  // network actor: others know of my sessions
                                     caf::reacts_to<link_flushed>,   // link: what was said before has arrived
                                     caf::reacts_to<node_settled>,   // link: that node's steward is ready
                                     caf::reacts_to<settle_over>,    // itself, delayed
                                     caf::reacts_to<core_changed>>;  // guardian: the members have changed

/// One per node of a cluster, with a thread of its own: asks the database who is a member.
using roster_hdl = caf::typed_actor<caf::reacts_to<roster_order>>;  // steward

/// Two per node, each with a thread of its own: one writes, one reads.
using store_hdl = caf::typed_actor<caf::reacts_to<store_order>,  // anyone, through store_port
                                   caf::reacts_to<commit_now>,   // itself
                                   caf::reacts_to<probe_store>,  // itself, delayed
                                   caf::reacts_to<prune_now>>;   // itself, delayed

/// One per node: starts the core actors (registries, directory), restarts them when they crash. Nobody speaks to it: it
/// listens to their DOWN, and an exit message ends it and all of them.
using guardian_hdl = caf::typed_actor<caf::reacts_to<members_changed>>;  // steward: these are the nodes from now on

}  // namespace parley
