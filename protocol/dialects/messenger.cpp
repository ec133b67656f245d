#include "protocol/dialects/messenger.hpp"

#include <map>
#include <string>

#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

/// Guesses that save growing long lists step by step.
constexpr std::size_t bytes_per_message = 320;
constexpr std::size_t bytes_per_item = 128;

const char* name_of(command::call_step step) {
  switch (step) {
    case command::call_step::answer:
      return "call:answer";
    case command::call_step::candidate:
      return "call:candidate";
    case command::call_step::hangup:
      return "call:hangup";
    case command::call_step::offer:
      break;
  }
  return "call:offer";
}

// -- parts of events
// ----------------------------------------------------------------------------------------------

void write_text_or_null(writer& w, std::string_view text) {
  if (text.empty())
    w.null();
  else
    w.value(text);
}

void write_counts(writer& w, const std::map<std::string, std::uint64_t>& counts) {
  w.begin_object();
  for (const auto& [emoji, count] : counts) w.field(emoji, count);
  w.end_object();
}

void write_names(writer& w, const message_id& what, const conversation_id& in) {
  w.field("messageId", what.str()).field("conversationId", in.str());
}

/// Left out where a node of a version before revisions did not tell it.
void write_rev(writer& w, revision rev) {
  if (rev != 0) w.field("rev", rev);
}

void write_message(writer& w, const message& what) {
  write_names(w, what.id, what.conversation);
  w.raw_field("senderId", what.sender.id_json).field("type", to_string(what.type));
  w.raw_field("content", what.content).field("status", to_string(what.status));
  write_time(w.key("timestamp"), what.at);
  w.field("seq", what.seq);
  write_rev(w, what.rev);
  if (!what.client_id.empty()) w.field("clientId", what.client_id);
  if (!what.reply_to.str().empty()) w.field("replyTo", what.reply_to.str());
  if (what.edited_at) write_time(w.key("editedAt"), *what.edited_at);
  if (what.deleted) w.field("deleted", true);
  if (!what.reactions.empty()) write_counts(w.key("reactions"), what.reactions);
}

/// The id is written as in the sender's token: the back end may have written it otherwise.
void write_sender(writer& w, const std::string& id_json, const user_record& profile) {
  w.begin_object().raw_field("id", id_json);
  w.field("name", profile.name.empty() ? profile.username : profile.name).field("phoneNumber", profile.phone_number);
  if (!profile.avatar.empty()) w.field("avatar", profile.avatar);
  w.end_object();
}

void write_typist(writer& w, const identity& user, const user_record* profile) {
  w.begin_object().raw_field("id", user.id_json);
  w.field("name", profile && !profile->name.empty() ? profile->name : user.username);
  if (profile && !profile->avatar.empty()) w.field("avatar", profile->avatar);
  w.end_object();
}

// -- events
// -------------------------------------------------------------------------------------------------------

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  // -- conversations

  void operator()(const event::conversation_joined& e) const { membership("conversation:joined", e.in); }
  void operator()(const event::conversation_left& e) const { membership("conversation:left", e.in); }

  void operator()(const event::typing_changed& e) const {
    emit(e.on ? "typing:start" : "typing:stop", 0, [&](writer& w) {
      const auto& user = *e.user.who;
      w.field("conversationId", e.in.str()).raw_field("userId", user.id_json).field("isTyping", e.on);
      if (e.on) write_typist(w.key("user"), user, e.profile.get());
    });
  }

  void operator()(const event::unread_changed& e) const {
    emit("conversation:unread", 0, [&](writer& w) {
      w.field("conversationId", e.in.str()).field("unread", e.unread).field("lastReadSeq", e.last_read);
    });
  }

  void operator()(const event::unread_listed& e) const { summaries("conversations:unread", e.items, false); }
  void operator()(const event::conversations_listed& e) const { summaries("conversations", e.items, true); }

  void operator()(const event::conversation_described& e) const {
    emit("conversation", e.what.members.size() * bytes_per_item, [&](writer& w) {
      w.field("id", e.what.id.str()).field("type", to_string(e.what.type)).field("lastSeq", e.what.last);
      w.key("members").begin_array();
      for (const auto& each : e.what.members) {
        w.begin_object().raw_field("userId", each.who.id_json);
        w.field("deliveredSeq", each.delivered).field("readSeq", each.read).end_object();
      }
      w.end_array();
      write_time(w.key("createdAt"), e.what.created_at);
      w.field("rev", e.what.rev);
    });
  }

  // -- messages

  void operator()(const event::message_accepted& e) const {
    emit("message:sent", 0, [&](writer& w) {
      w.field("messageId", e.what.id.str());
      write_text_or_null(w.key("clientId"), e.what.client_id);
      w.field("seq", e.what.seq).field("status", "sent");
      write_time(w.key("timestamp"), e.what.at);
      write_rev(w, e.what.rev);
    });
  }

  void operator()(const event::message_received& e) const {
    emit("message:received", e.what.content.size(), [&](writer& w) {
      write_message(w, e.what);
      if (e.profile) write_sender(w.key("sender"), e.what.sender.id_json, *e.profile);
    });
  }

  void operator()(const event::message_status_changed& e) const { status(e); }
  void operator()(const event::receipt_taken& e) const { status(e); }

  void operator()(const event::message_edited& e) const {
    emit("message:edited", e.what.content.size(), [&](writer& w) {
      write_names(w, e.what.id, e.what.conversation);
      w.raw_field("content", e.what.content);
      write_time(w.key("editedAt"), e.what.edited_at.value_or(at_));
      w.field("seq", e.what.seq);
      write_rev(w, e.what.rev);
    });
  }

  void operator()(const event::message_deleted& e) const {
    emit("message:deleted", 0, [&](writer& w) {
      write_names(w, e.what, e.in);
      w.field("seq", e.seq);
      write_rev(w, e.rev);
    });
  }

  void operator()(const event::message_reacted& e) const {
    emit("message:reaction", 0, [&](writer& w) {
      write_names(w, e.what, e.in);
      w.raw_field("userId", e.by.id_json).field("emoji", e.emoji).field("removed", e.removed);
      write_counts(w.key("counts"), e.counts);
      write_rev(w, e.rev);
    });
  }

  void operator()(const event::history_listed& e) const {
    std::size_t size = 0;
    for (const auto& each : e.page.messages) size += bytes_per_message + each.content.size();
    emit("messages:history", size, [&](writer& w) {
      w.field("conversationId", e.in.str()).key("messages").begin_array();
      for (const auto& each : e.page.messages) {
        w.begin_object();
        write_message(w, each);
        w.end_object();
      }
      w.end_array().field("hasMore", e.page.more).field("rev", e.page.rev);
    });
  }

  void operator()(const event::history_replayed& e) const {
    emit("conversation:synced", 0, [&](writer& w) {
      w.field("conversationId", e.in.str()).field("count", e.count).field("lastSeq", e.last).field("hasMore", e.more);
      w.field("rev", e.rev);
    });
  }

  // -- presence

  void operator()(const event::user_came_online& e) const {
    emit("user:online", 0, [&](writer& w) { w.raw_field("userId", e.user.who->id_json); });
  }

  void operator()(const event::user_went_offline& e) const {
    emit("user:offline", 0, [&](writer& w) {
      w.raw_field("userId", e.user.who->id_json);
      write_time(w.key("lastSeen"), e.last_seen);
    });
  }

  void operator()(const event::presence_listed& e) const {
    emit("presence:state", e.users.size() * bytes_per_item, [&](writer& w) {
      w.key("users").begin_array();
      for (const auto& each : e.users) {
        w.begin_object().raw_field("userId", each.who.id_json).field("online", each.online);
        write_time(w.key("lastSeen"), each.last_seen.value_or(timestamp{}));
        w.end_object();
      }
      w.end_array();
    });
  }

  void operator()(const event::presence_watched& e) const {
    emit("presence:subscribed", 0, [&](writer& w) { w.field("count", e.count); });
  }

  // -- calls, screens, files

  void operator()(const event::call_relayed& e) const {
    emit(name_of(e.step), e.payload.size(), [&](writer& w) {
      write_call(w, e.in, e.call);
      w.raw_field("from", e.from.id_json).raw_field("payload", e.payload);
    });
  }

  void operator()(const event::call_changed& e) const {
    switch (e.state) {
      case event::call_state::ringing:
        return call_state("call:ring", e, "from", e.from);
      case event::call_state::busy:
        return call_state("call:busy", e, "from", e.to);
      case event::call_state::no_answer:
        return call_state("call:no-answer", e, "to", e.to);
    }
  }

  void operator()(const event::screen_shared& e) const {
    emit(e.on ? "screen:start" : "screen:stop", 0, [&](writer& w) {
      w.field("conversationId", e.in.str());
      if (!e.call.empty()) w.field("callId", e.call);
      w.raw_field("from", e.by.id_json);
      if (!e.payload.empty()) w.raw_field("payload", e.payload);
    });
  }

  void operator()(const event::file_progressed& e) const {
    emit("file:progress", e.what.name.size(), [&](writer& w) {
      w.field("conversationId", e.what.in.str()).raw_field("fileId", e.what.file);
      write_text_or_null(w.key("name"), e.what.name);
      w.field("size", e.what.size).field("sent", e.what.sent).raw_field("from", e.by.id_json);
    });
  }

  // -- what all dialects have

  void operator()(const event::notified& e) const { out_.push_back(notification_event(e, at_)); }
  void operator()(const event::command_failed& e) const { out_.push_back(error_event("error", e.reason, at_)); }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  template <class Write>
  void emit(const char* name, std::size_t text_size, Write write) const {
    out_.push_back({name, object_text(text_size, write)});
  }

  void membership(const char* name, const conversation_id& in) const {
    emit(name, 0, [&](writer& w) { w.field("conversationId", in.str()).field("success", true); });
  }

  void summaries(const char* name, const std::vector<conversation_summary>& items, bool with_type) const {
    emit(name, items.size() * bytes_per_item, [&](writer& w) {
      w.key("items").begin_array();
      for (const auto& each : items) {
        w.begin_object().field("conversationId", each.id.str());
        if (with_type) w.field("type", to_string(each.type));
        w.field("unread", each.unread).field("lastSeq", each.last).field("lastReadSeq", each.read).end_object();
      }
      w.end_array();
    });
  }

  template <class Status>
  void status(const Status& e) const {
    emit("message:status", 0, [&](writer& w) {
      write_names(w, e.what, e.in);
      w.field("status", to_string(e.status));
      write_time(w.key("updatedAt"), at_);
      w.raw_field("userId", e.by.id_json);
    });
  }

  static void write_call(writer& w, const conversation_id& in, const std::string& call) {
    w.field("conversationId", in.str()).field("callId", call);
  }

  void call_state(const char* name, const event::call_changed& e, const char* role, const person& who) const {
    emit(name, 0, [&](writer& w) {
      write_call(w, e.in, e.call);
      w.raw_field(role, who.id_json);
    });
  }

  timestamp at_;
  wire_events& out_;
};

class messenger_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::messenger; }
  std::string_view name() const override { return "messenger"; }
  std::vector<std::string_view> command_names() const override { return messenger_command_names(); }

  decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const override {
    return decode_messenger(in, self, limits);
  }

  void encode(const domain_event& what, wire_events& out) const override {
    std::visit(encoder{what.at, out}, what.body);
  }
};

}  // namespace

const dialect& messenger() {
  static const messenger_dialect instance;
  return instance;
}

}  // namespace parley::dialects
