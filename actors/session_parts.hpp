// The parts of the session actor's behaviour, each in a file of its own: who the client is (session_admission), what it
// asks for (session_commands), and its life (session).
#pragma once

#include "actors/session.hpp"

namespace parley::attending {

event_ptr now(session_pointer self, any_event what);
void answer(session_pointer self, origin to, event_ptr what, bool emit);
void fail(session_pointer self, origin to, error reason);
/// To the client itself.
void emit(session_pointer self, event_ptr what);
const registry_hdl& registry_of(session_pointer self, std::string_view key);
void tell_room(session_pointer self, const room_name& room, decltype(registry_room::what) what);
template <class Message>
void tell_presence(session_pointer self, const user_id& user, Message what) {
  self->send(registry_of(self, user.str()), registry_user{user, std::move(what)});
}
/// Tells the user's presence of this session.
void attach(session_pointer self);

/// Lets the client in, or refuses it; perhaps later, when the store has said who it is.
void admit(session_pointer self, const auth::credentials& from);
/// Tells the client that it is in.
void let_in(session_pointer self);
/// From now on the session's user is shown like that, wherever it is known.
void show_as(session_pointer self, identity_ptr who, bool away);
/// Takes a fresh token of the same user.
void refresh(session_pointer self, const std::string& token, origin from);

/// Asks the room's owner to let the session in, as the client said.
void ask_to_enter(session_pointer self, const room_name& room);
/// Likewise a conversation's, to be answered in that way.
void ask_to_enter(session_pointer self, const conversation_id& id, origin from);

/// Carries out a command, or passes it on.
void dispatch(session_pointer self, session_command&& said);

}  // namespace parley::attending
