#include "protocol/dialects/hub.hpp"

#include <array>

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

// -- commands -----------------------------------------------------------------------------------------------------

decoded send_message(payload& in) {
  if (in.has("room") && in.has("to"))
    in.refuse(invalid_field("to", "to and room exclude each other"));
  if (in.has("room"))
    return in.finish(command::post_to_room{in.room("room"), in.text("message")});
  if (in.has("to")) return in.finish(command::post_to_user{in.user("to"), in.text("message")});
  return in.finish(command::post_to_all{in.text("message")});
}

constexpr std::array commands{
    command_row{"join_room",
                [](payload& in) { return in.finish(command::join_room{in.room("room")}); }},
    command_row{"leave_room",
                [](payload& in) { return in.finish(command::leave_room{in.room("room")}); }},
    command_row{"send_message", send_message},
    command_row{"get_online_users", [](payload& in) { return in.finish(command::list_users{}); }},
    command_row{"ping", [](payload& in) { return in.finish(command::ping{}); }},
    command_row{"admin_broadcast",
                [](payload& in) { return in.finish(command::announce{in.text("message")}); }},
};

// -- events -------------------------------------------------------------------------------------------------------

const char* type_of(event::scope scope) {
  switch (scope) {
    case event::scope::room: return "room";
    case event::scope::user: return "private";
    case event::scope::all: break;
  }
  return "broadcast";
}

void write_sender_fields(writer& w, const identity& user) {
  w.raw_field("id", user.id_json).field("username", user.username);
  write_text_or_null(w.key("email"), user.email);
  write_text_or_null(w.key("role"), user.role);
}

void write_sender(writer& w, const participant& who) {
  w.begin_object();
  write_sender_fields(w, *who.who);
  w.end_object();
}

void write_user(writer& w, const participant& who) {
  w.begin_object();
  write_sender_fields(w, *who.who);
  write_time(w.key("connectedAt"), who.connected_at);
  w.end_object();
}

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  void operator()(const event::user_came_online& e) const { about("user_online", e.user); }
  void operator()(const event::user_went_offline& e) const { about("user_offline", e.user); }
  void operator()(const event::pinged& e) const { about("pong", e.user); }

  void operator()(const event::room_joined& e) const { own_membership("joined_room", e.room); }
  void operator()(const event::room_left& e) const { own_membership("left_room", e.room); }

  void operator()(const event::member_joined& e) const { membership("user_joined", e); }
  void operator()(const event::member_left& e) const { membership("user_left", e); }

  void operator()(const event::message_posted& e) const {
    emit("new_message", e.text.size(), [&](writer& w) {
      w.field("id", e.id.text());
      write_sender(w.key("from"), e.from);
      w.field("message", e.text).field("type", type_of(e.scope));
      if (e.scope == event::scope::room) w.field("room", e.room.text());
      if (e.scope == event::scope::user) w.raw_field("to", e.to.json());
    });
  }

  void operator()(const event::announced& e) const {
    emit("admin_announcement", e.text.size(), [&](writer& w) {
      w.field("message", e.text);
      write_sender(w.key("from"), e.from);
    });
  }

  void operator()(const event::notified& e) const {
    emit("notification", e.text.size(), [&](writer& w) {
      write_sender(w.key("from"), e.from);
      w.field("message", e.text).field("type", e.type);
      if (!e.role.empty()) w.field("targetRole", e.role);
    });
  }

  void operator()(const event::users_listed& e) const {
    constexpr std::size_t bytes_per_user = 160;
    out_.push_back({"online_users", object_text(e.users.size() * bytes_per_user, [&](writer& w) {
                      w.key("users").begin_array();
                      for (const auto& user : e.users) write_user(w, user);
                      w.end_array().field("count", e.users.size());
                    })});
  }

  void operator()(const event::command_failed& e) const {
    out_.push_back(error_event("exception", e.reason, at_));
  }

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
    emit(name, 0, [&](writer& w) { write_user(w.key("user"), user); });
  }

  template <class Membership>
  void membership(const char* name, const Membership& e) const {
    emit(name, 0, [&](writer& w) {
      write_user(w.key("user"), e.user);
      w.field("room", e.room.text());
    });
  }

  void own_membership(const char* name, const room_name& room) const {
    out_.push_back({name, object_text(0, [&](writer& w) { w.field("room", room.text()); })});
  }

  timestamp at_;
  wire_events& out_;
};

class hub_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::hub; }
  std::string_view name() const override { return "hub"; }

  decoded decode(const wire_command& in, const identity& self,
                 const payload_limits& limits) const override {
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
