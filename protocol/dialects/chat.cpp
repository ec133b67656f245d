#include "protocol/dialects/chat.hpp"

#include <array>
#include <utility>

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/wording.hpp"
#include "protocol/json/json_binary.hpp"

namespace parley::dialects {
namespace {

// -- commands
// -----------------------------------------------------------------------------------------------------

constexpr std::size_t max_status_bytes = 64;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Whether the text is a UUID in its usual form, 8-4-4-4-12.
bool is_uuid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != form.size()) return false;
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == '-' ? text[i] != '-' : !is_hex(text[i])) return false;
  return true;
}

decoded send_message(payload& in) {
  command::post_message post;
  post.in = in.conversation("chat_id");
  post.content = in.quoted_text("body");
  post.words = in.optional_text("status", max_status_bytes);
  post.client_id = in.optional_name("id");
  if (is_uuid(post.client_id)) post.id = message_id{post.client_id};
  return in.finish(std::move(post));
}

decoded update_message(payload& in) {
  command::edit_message edit;
  edit.what = in.message("id");
  edit.content = in.quoted_text("body");
  edit.words = in.optional_text("status", max_status_bytes);
  return in.finish(std::move(edit));
}

// Whom it announces is checked as every payload's sender is; the name, by the session.
decoded announce_arrival(payload& in) { return in.finish(command::announce_self{true, in.optional_name("username")}); }

decoded announce_departure(payload& in) { return in.finish(command::announce_self{false}); }

constexpr std::array commands{
    command_row{"message:send", send_message},
    command_row{"message:update", update_message},
    command_row{"message:delete",
                [](payload& in) {
                  return in.finish(command::delete_message{{}, in.message("id")});
                }},
    command_row{"user:connected", announce_arrival},
    command_row{"user:disconnected", announce_departure},
    command_row{"users:list", [](payload& in) { return in.finish(command::list_people{}); }},
};

// -- refusals
// -----------------------------------------------------------------------------------------------------

constexpr std::array own_fields{field_name{"conversationId", "chat_id"}, field_name{"messageId", "id"},
                                field_name{"content", "body"}};

// -- events
// -------------------------------------------------------------------------------------------------------

/// A guess that saves growing long lists step by step.
constexpr std::size_t bytes_per_user = 96;

void write_person(writer& w, const participant& user) {
  w.raw_field("user_id", user.who->id_json).raw_field("username", user.who->username_json);
}

/// Text and binary as they are; of any other content, which messenger may have, its JSON text.
void write_body(writer& w, const message& what) {
  const std::string_view content = what.content;
  if (what.deleted)
    w.field("body", "");
  else if (content.starts_with('"') || content.starts_with(json_text::binary_mark))
    w.raw_field("body", content);
  else
    w.field("body", json_text::has_binary(content) ? json_text::without_marks(content) : what.content);
}

/// The sender's own text, where there is one.
std::string_view status_of(const message& what) {
  if (!what.words.empty()) return what.words;
  return what.edited_at ? "updated" : to_string(what.status);
}

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  void operator()(const event::message_received& e) const { sent(e.what); }
  void operator()(const event::message_accepted& e) const { sent(e.what); }

  void operator()(const event::message_edited& e) const {
    emit("message:update", e.what.content.size(), [&](writer& w) {
      w.field("id", e.what.id.str());
      write_body(w, e.what);
      w.field("status", e.what.words.empty() ? "updated" : std::string_view{e.what.words});
      write_time(w.key("updated_at"), e.what.edited_at.value_or(at_));
    });
  }

  void operator()(const event::message_deleted& e) const {
    emit("message:delete", 0, [&](writer& w) { w.field("id", e.what.str()); });
  }

  void operator()(const event::people_listed& e) const {
    emit("users:list", e.users.size() * bytes_per_user, [&](writer& w) {
      w.key("users").begin_array();
      for (const auto& user : e.users) {
        if (user.away) continue;
        w.begin_object();
        write_person(w, user);
        w.end_object();
      }
      w.end_array();
    });
  }

  void operator()(const event::user_came_online& e) const { arrived(e.user); }

  // Who is away was said to be gone before.
  void operator()(const event::user_went_offline& e) const {
    if (!e.user.away) departed(e.user);
  }

  void operator()(const event::self_announced& e) const {
    if (e.online)
      arrived(e.self);
    else
      departed(e.self);
  }

  void operator()(const event::notified& e) const { out_.push_back(notification_event(e, at_)); }
  void operator()(const event::command_failed& e) const {
    out_.push_back(error_event("error", with_own_field(e.reason, own_fields), at_));
  }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  template <class Write>
  void emit(const char* name, std::size_t text_size, Write write) const {
    out_.push_back({name, object_text(text_size, write)});
  }

  void arrived(const participant& user) const {
    for (const auto* name : {"users:online", "user:connected"})
      emit(name, 0, [&](writer& w) { write_person(w, user); });
  }

  void departed(const participant& user) const {
    emit("user:disconnected", 0, [&](writer& w) { w.raw_field("user_id", user.who->id_json); });
  }

  void sent(const message& what) const {
    emit("message:send", what.content.size(), [&](writer& w) {
      w.field("id", what.id.str()).field("chat_id", what.conversation.str());
      w.raw_field("sender_id", what.sender.id_json);
      write_body(w, what);
      w.field("status", status_of(what));
      write_time(w.key("created_at"), what.at);
    });
  }

  timestamp at_;
  wire_events& out_;
};

class chat_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::chat; }
  std::string_view name() const override { return "chat"; }
  std::vector<std::string_view> command_names() const override { return names_of(commands); }

  decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const override {
    return decode_by(commands, in, self, limits);
  }

  void encode(const domain_event& what, wire_events& out) const override {
    std::visit(encoder{what.at, out}, what.body);
  }

  error in_own_words(error reason) const override { return with_own_field(std::move(reason), own_fields); }
};

}  // namespace

const dialect& chat() {
  static const chat_dialect instance;
  return instance;
}

}  // namespace parley::dialects
