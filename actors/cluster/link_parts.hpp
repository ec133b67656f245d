// The parts of the link actor's behaviour: what goes out (link_out), what comes in (link_in), and its life (link).
#pragma once

#include "actors/cluster/link.hpp"

namespace parley {

/// The link to itself: everything that waited in its mailbox is in the batch.
struct close_batch_now {};

}  // namespace parley

namespace parley::linking {

// -- link
// --------------------------------------------------------------------------------------------------------------

/// The peer counts as gone; so the steward is told, and all who still ask the peer.
void end(link_pointer self);

// -- link_out --------------------------------------------------------------------------------------------------------

/// Handlers for all that actors of this node say to those of the peer.
caf::message_handler departures(link_pointer self);
void plan_flush(link_pointer self);
/// Closes the batch and sends what the window allows.
void flush(link_pointer self);
void close_batch(link_pointer self);
void send_closed(link_pointer self);
void on_acknowledged(link_pointer self, const node_packet& packet);
/// Tells the peer what has been taken, unless a batch has told it meanwhile.
void acknowledge(link_pointer self);
/// Acknowledges what could wait for a batch until now.
void acknowledge_late(link_pointer self);
/// Says something, unless the peer has been heard lately or has something to acknowledge already.
void pulse(link_pointer self);
/// Answers what the peer never will.
void give_up_questions(link_pointer self, link_data::clock::time_point before);

template <class Message>
void say(link_pointer self, const Message& what) {
  append_message(self->state.batch, what);
  plan_flush(self);
}

// -- link_in ---------------------------------------------------------------------------------------------------------

void on_batch(link_pointer self, node_packet& packet);
/// Passes on what had to wait until this node knew as much as the peer.
void take_early(link_pointer self);

}  // namespace parley::linking

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(parley::close_batch_now)
