#include "protocol/rest/answers.hpp"

#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/rooms.hpp"
#include "protocol/dialects/wording.hpp"
#include "protocol/json/json_binary.hpp"

namespace parley::rest {

using dialects::object_text;
using dialects::writer;

std::string answer(const event::users_listed& users, const event::users_summarized& stats) {
  auto text = dialects::users_text(users);
  text.pop_back();
  text.append(",\"stats\":").append(dialects::stats_text(stats)).append("}");
  return text;
}

std::string answer(const event::users_summarized& stats) { return dialects::stats_text(stats); }

std::string answer(const call::notify& what, const event::users_notified& reached) {
  return object_text(0, [&](writer& w) {
    w.field("success", what.reach != event::reach::user || reached.sessions > 0);
    w.field("delivered", reached.sessions).field("users", reached.count);
  });
}

std::string answer_done() { return R"({"success":true})"; }

std::string answer(const event::users_listed& users) {
  return object_text(users.users.size() * 64, [&](writer& w) {
    w.key("users").begin_array();
    for (const auto& each : users.users) {
      w.begin_object().raw_field("userId", each.who->id_json).raw_field("username", each.who->username_json);
      w.end_object();
    }
    w.end_array().field("count", users.count());
  });
}

std::string answer(const presence_info& who) {
  return object_text(0, [&](writer& w) {
    w.raw_field("userId", who.who.id_json).field("online", who.online).key("lastSeen");
    if (who.last_seen)
      dialects::write_time(w, *who.last_seen);
    else
      w.null();
  });
}

std::string answer(const message_id& what, const event::receipts_listed& receipts) {
  return object_text(receipts.items.size() * 64, [&](writer& w) {
    w.field("messageId", what.str()).key("receipts").begin_array();
    for (const auto& [who, status] : receipts.items) {
      w.begin_object().raw_field("userId", who.id_json).field("status", to_string(status));
      w.end_object();
    }
    w.end_array();
  });
}

std::string answer(const user_record& who) {
  return object_text(256, [&](writer& w) {
    w.raw_field("id", who.who.id_json).field("username", who.username).field("name", who.name);
    w.field("avatar", who.avatar).field("phoneNumber", who.phone_number).key("roles").begin_array();
    for (const auto& role : who.roles) w.value(role);
    w.end_array().field("tokenVersion", who.token_version);
  });
}

std::string answer(const std::vector<client_description>& clients) {
  return object_text(clients.size() * 128, [&](writer& w) {
    w.key("clients").begin_array();
    for (const auto& each : clients) {
      w.begin_object()
          .field("sid", each.sid)
          .field("namespace", each.nsp)
          .field("address", each.address)
          .key("user")
          .begin_object();
      w.raw_field("id", each.who->id_json).raw_field("username", each.who->username_json);
      if (each.who->role.empty())
        w.key("role").null();
      else
        w.field("role", each.who->role);
      w.end_object().end_object();
    }
    w.end_array().field("count", clients.size());
  });
}

std::string answer(const domain_event& what) {
  auto text = dialects::ack_ok(dialects::dialect_id::messenger, what).args;
  return json_text::has_binary(text) ? json_text::without_marks(text) : text;
}

std::string answer(const error& why) {
  return object_text(why.message().size(), [&](writer& w) { dialects::write_failure(w, why); });
}

}  // namespace parley::rest
