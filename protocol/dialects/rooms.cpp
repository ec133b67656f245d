#include "protocol/dialects/rooms.hpp"

#include <array>

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

// -- commands
// -----------------------------------------------------------------------------------------------------

decoded send_message(payload& in) {
  if (!in.mentions("to")) return in.finish(command::post_to_all{in.text("message")});
  return in.finish(command::post_to_user{in.user("to"), in.text("message")});
}

constexpr std::array commands{
    command_row{"get-active-users", [](payload& in) { return in.finish(command::list_users{}); }},
    command_row{"get-users-stats", [](payload& in) { return in.finish(command::summarize_users{}); }},
    command_row{"send-message", send_message},
    command_row{"join-room", [](payload& in) { return in.finish(command::join_room{in.room("room")}); }},
    command_row{"leave-room", [](payload& in) { return in.finish(command::leave_room{in.room("room")}); }},
    command_row{"room-message",
                [](payload& in) {
                  return in.finish(command::post_to_room{in.room("room"), in.text("message")});
                }},
};

// -- events
// -------------------------------------------------------------------------------------------------------

/// A guess that saves growing long lists step by step.
constexpr std::size_t bytes_per_user = 160;

const char* name_of(event::scope scope) {
  switch (scope) {
    case event::scope::room:
      return "room-message";
    case event::scope::user:
      return "private-message";
    case event::scope::all:
      break;
  }
  return "broadcast-message";
}

const char* name_of(event::reach reach) {
  switch (reach) {
    case event::reach::user:
      return "notification";
    case event::reach::role:
      return "role-notification";
    case event::reach::all:
      break;
  }
  return "broadcast-notification";
}

// Appended piece by piece: the writer would look at every name again.
std::string write_user(const participant& who) {
  const auto& user = *who.who;
  std::string text;
  text.reserve(bytes_per_user + user.username_json.size() + user.email.size());
  text.append(R"({"id":)").append(user.id_json);
  text.append(R"(,"username":)").append(user.username_json);
  append_text_or_null(text.append(R"(,"role":)"), user.role);
  text.append(R"(,"roles":[)");
  for (const auto& role : user.roles) {
    if (&role != &user.roles.front()) text.push_back(',');
    json_text::append_string(text, role);
  }
  append_time(text.append(R"(],"connectedAt":)"), who.connected_at);
  if (!user.email.empty()) json_text::append_string(text.append(R"(,"email":)"), user.email);
  text.push_back('}');
  return text;
}

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  void operator()(const event::session_opened& e) const {
    emit("connected", 0, [&](writer& w) {
      w.raw_field("message", R"("Connection successful")");
      w.raw_field("user", rooms_user(e.self));
    });
  }

  void operator()(const event::user_came_online& e) const { presence("user-connected", e); }
  void operator()(const event::user_went_offline& e) const { presence("user-disconnected", e); }

  void operator()(const event::room_joined& e) const { own_membership("joined-room", "Joined room ", e); }
  void operator()(const event::room_left& e) const { own_membership("left-room", "Left room ", e); }

  void operator()(const event::member_joined& e) const { membership("user-joined-room", e); }
  void operator()(const event::member_left& e) const { membership("user-left-room", e); }

  void operator()(const event::message_posted& e) const {
    emit(name_of(e.scope), e.text.size(), [&](writer& w) {
      w.raw_field("from", rooms_user(e.from));
      w.field("message", e.text);
      if (e.scope == event::scope::room) w.field("room", e.room.str());
      if (e.copy) w.raw_field("to", e.to_json);
    });
  }

  void operator()(const event::announced& e) const {
    notification("broadcast-notification", e.from, e.text, "announcement", {});
  }
  void operator()(const event::notified& e) const { notification(name_of(e.reach), e.from, e.text, e.type, e.role); }

  void operator()(const event::users_listed& e) const { out_.push_back({"active-users", users_text(e)}); }
  void operator()(const event::users_summarized& e) const { out_.push_back({"users-stats", stats_text(e)}); }

  void operator()(const event::command_failed& e) const { out_.push_back(error_event("error", e.reason, at_)); }

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

  template <class Presence>
  void presence(const char* name, const Presence& e) const {
    emit(name, 0, [&](writer& w) {
      w.raw_field("user", rooms_user(e.user));
      w.field("activeUsersCount", e.online_count);
    });
  }

  // What has a label is a group's, and groups have a dialect of their own.
  template <class Membership>
  void membership(const char* name, const Membership& e) const {
    if (!e.label.empty()) return;
    emit(name, 0, [&](writer& w) {
      w.raw_field("user", rooms_user(e.user));
      w.field("room", e.room.str());
    });
  }

  template <class Membership>
  void own_membership(const char* name, const char* text, const Membership& e) const {
    if (!e.label.empty()) return;
    out_.push_back({name, object_text(0, [&](writer& w) {
                      w.field("room", e.room.str());
                      w.field("message", text + e.room.str());
                    })});
  }

  void notification(const char* name, const participant& from, std::string_view text, std::string_view type,
                    std::string_view role) const {
    emit(name, text.size(), [&](writer& w) {
      w.raw_field("from", rooms_user(from));
      w.field("message", text).field("type", type);
      if (!role.empty()) w.field("targetRole", role);
    });
  }

  timestamp at_;
  wire_events& out_;
};

class rooms_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::rooms; }
  std::string_view name() const override { return "rooms"; }
  std::vector<std::string_view> command_names() const override { return names_of(commands); }

  decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const override {
    return decode_by(commands, in, self, limits);
  }

  void encode(const domain_event& what, wire_events& out) const override {
    std::visit(encoder{what.at, out}, what.body);
  }
};

}  // namespace

const dialect& rooms() {
  static const rooms_dialect instance;
  return instance;
}

// Each message has its sender in it, and those of one sender come in bunches.
std::string_view rooms_user(const participant& who) {
  thread_local participant last;
  thread_local std::string text;
  if (last.who != who.who || last.connected_at != who.connected_at) {
    text = write_user(who);
    last = who;
  }
  return text;
}

std::string users_text(const event::users_listed& what) {
  return object_text(what.users.size() * bytes_per_user, [&](writer& w) {
    w.key("users").begin_array();
    for (const auto& user : what.users) w.raw(rooms_user(user));
    w.end_array().field("count", what.count());
  });
}

std::string stats_text(const event::users_summarized& what) {
  return object_text(what.connected_since.size() * bytes_per_user, [&](writer& w) {
    w.field("totalUsers", what.total).key("usersByRole").begin_object();
    for (const auto& [role, count] : what.by_role) w.field(role, count);
    w.end_object().key("connectionTimes").begin_object();
    for (const auto& [user, since] : what.connected_since) write_time(w.key(user), since);
    w.end_object();
  });
}

}  // namespace parley::dialects
