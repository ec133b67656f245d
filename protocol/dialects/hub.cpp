#include "protocol/dialects/hub.hpp"

#include <array>

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

// -- commands
// -----------------------------------------------------------------------------------------------------

decoded send_message(payload& in) {
  const bool to_room = in.mentions("room");
  const bool to_user = in.mentions("to");
  if (to_room && to_user && in.has("room")) in.refuse(invalid_field("to", "to and room exclude each other"));
  if (to_room) return in.finish(command::post_to_room{in.room("room"), in.text("message")});
  if (to_user) return in.finish(command::post_to_user{in.user("to"), in.text("message")});
  return in.finish(command::post_to_all{in.text("message")});
}

constexpr std::array commands{
    command_row{"join_room", [](payload& in) { return in.finish(command::join_room{in.room("room")}); }},
    command_row{"leave_room", [](payload& in) { return in.finish(command::leave_room{in.room("room")}); }},
    command_row{"send_message", send_message},
    command_row{"get_online_users", [](payload& in) { return in.finish(command::list_users{}); }},
    command_row{"ping", [](payload& in) { return in.finish(command::ping{}); }},
    command_row{"admin_broadcast", [](payload& in) { return in.finish(command::announce{in.text("message")}); }},
};

// -- events
// -------------------------------------------------------------------------------------------------------

const char* type_of(event::scope scope) {
  switch (scope) {
    case event::scope::room:
      return "room";
    case event::scope::user:
      return "private";
    case event::scope::all:
      break;
  }
  return "broadcast";
}

/// A guess that saves growing long lists step by step.
constexpr std::size_t bytes_per_user = 160;

/// The fields of `from`, with the brace before them. Appended piece by piece, as each message has
/// them: the writer would look at every name again.
std::string open_person(const identity& user) {
  std::string text;
  text.reserve(bytes_per_user + user.username_json.size() + user.email.size());
  text.append(R"({"id":)").append(user.id_json);
  text.append(R"(,"username":)").append(user.username_json);
  append_text_or_null(text.append(R"(,"email":)"), user.email);
  append_text_or_null(text.append(R"(,"role":)"), user.role);
  return text;
}

std::string from_text(const participant& who) { return open_person(*who.who).append("}"); }

std::string user_text(const participant& who) {
  auto text = open_person(*who.who);
  append_time(text.append(R"(,"connectedAt":)"), who.connected_at);
  text.push_back('}');
  return text;
}

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  void operator()(const event::user_came_online& e) const { about("user_online", e.user); }
  void operator()(const event::user_went_offline& e) const { about("user_offline", e.user); }
  void operator()(const event::pinged& e) const { about("pong", e.user); }

  void operator()(const event::room_joined& e) const { own_membership("joined_room", e); }
  void operator()(const event::room_left& e) const { own_membership("left_room", e); }

  void operator()(const event::member_joined& e) const { membership("user_joined", e); }
  void operator()(const event::member_left& e) const { membership("user_left", e); }

  void operator()(const event::message_posted& e) const {
    emit("new_message", e.text.size(), [&](writer& w) {
      w.field("id", e.id.str());
      w.raw_field("from", from_text(e.from));
      w.field("message", e.text).field("type", type_of(e.scope));
      if (e.scope == event::scope::room) w.field("room", e.room.str());
      if (e.scope == event::scope::user) w.raw_field("to", e.to_json);
    });
  }

  void operator()(const event::announced& e) const {
    emit("admin_announcement", e.text.size(), [&](writer& w) {
      w.field("message", e.text);
      w.raw_field("from", from_text(e.from));
    });
  }

  void operator()(const event::notified& e) const {
    emit("notification", e.text.size(), [&](writer& w) {
      w.raw_field("from", from_text(e.from));
      w.field("message", e.text).field("type", e.type);
      if (!e.role.empty()) w.field("targetRole", e.role);
    });
  }

  void operator()(const event::users_listed& e) const {
    out_.push_back({"online_users", object_text(e.users.size() * bytes_per_user, [&](writer& w) {
                      w.key("users").begin_array();
                      for (const auto& user : e.users) w.raw(user_text(user));
                      w.end_array().field("count", e.count());
                    })});
  }

  void operator()(const event::command_failed& e) const { out_.push_back(error_event("exception", e.reason, at_)); }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  template <class Write>
  void emit(const char* name, std::size_t text_size, Write write) const {
    out_.push_back({name, object_text(text_size, [&](writer& w) {
                      write(w);
                      write_time(w.key("timestamp"), at_);
                    })});
  }

  void about(const char* name, const participant& user) const {
    emit(name, 0, [&](writer& w) { w.raw_field("user", user_text(user)); });
  }

  // What has a label is a group's, and groups have a dialect of their own.
  template <class Membership>
  void membership(const char* name, const Membership& e) const {
    if (!e.label.empty()) return;
    emit(name, 0, [&](writer& w) {
      w.raw_field("user", user_text(e.user));
      w.field("room", e.room.str());
    });
  }

  template <class Membership>
  void own_membership(const char* name, const Membership& e) const {
    if (!e.label.empty()) return;
    out_.push_back({name, object_text(0, [&](writer& w) { w.field("room", e.room.str()); })});
  }

  timestamp at_;
  wire_events& out_;
};

class hub_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::hub; }
  std::string_view name() const override { return "hub"; }
  std::vector<std::string_view> command_names() const override { return names_of(commands); }

  decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const override {
    return decode_by(commands, in, self, limits);
  }

  void encode(const domain_event& what, wire_events& out) const override {
    std::visit(encoder{what.at, out}, what.body);
  }
};

}  // namespace

const dialect& hub() {
  static const hub_dialect instance;
  return instance;
}

}  // namespace parley::dialects
