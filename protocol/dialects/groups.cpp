#include "protocol/dialects/groups.hpp"

#include <array>
#include <utility>

#include "protocol/dialects/payload.hpp"
#include "protocol/dialects/spanish.hpp"
#include "protocol/dialects/wording.hpp"

namespace parley::dialects {
namespace {

// -- commands
// -----------------------------------------------------------------------------------------------------

template <class Membership, attempt What>
decoded membership(payload& in) {
  auto group = in.id("groupId");
  auto made = in.finish(Membership{group_room(group.text), std::move(group.as_json)});
  if (auto* wrong = std::get_if<error>(&made)) wrong->at = What;
  return made;
}

decoded watch_episode(payload& in) {
  auto group = in.id("groupId");
  command::act_in_group act{group_room(group.text), std::move(group.as_json)};
  act.series = in.id("seriesId").as_json;
  act.episode = in.id("episodeId").as_json;
  return in.finish(std::move(act));
}

decoded group_activity(payload& in) {
  auto group = in.id("groupId");
  command::act_in_group act{group_room(group.text), std::move(group.as_json)};
  act.type = in.quoted_text("type");
  if (in.has("data")) act.data = in.any("data");
  return in.finish(std::move(act));
}

constexpr std::array commands{
    command_row{"join-group", membership<command::join_room, attempt::joining>},
    command_row{"leave-group", membership<command::leave_room, attempt::leaving>},
    command_row{"watch-episode", watch_episode},
    command_row{"group-activity", group_activity},
};

// -- refusals
// -----------------------------------------------------------------------------------------------------

constexpr std::array own_fields{field_name{"room", "groupId"}};

/// What is wrong with a token the document tells by the kind of mistake alone.
bool is_authentication(errc code) { return code <= errc::user_unknown; }

error own_words(error reason) {
  reason = with_own_field(std::move(reason), own_fields);
  if (reason.at == attempt::joining)
    reason.text = "Error al unirse al grupo";
  else if (reason.at == attempt::leaving)
    reason.text = "Error al salir del grupo";
  else if (reason.at == attempt::long_token)
    reason.text = "Token inválido: es demasiado largo";
  else
    reason.text = is_authentication(reason.code) ? std::string{spanish_text(reason.code)} : in_spanish(reason);
  return reason;
}

// -- events
// -------------------------------------------------------------------------------------------------------

/// Appends the event in this dialect's words; nothing where it has none.
class encoder {
 public:
  encoder(timestamp at, wire_events& out) : at_{at}, out_{out} {}

  void operator()(const event::session_opened& e) const {
    const auto& self = *e.self.who;
    emit("connected", self.username.size(), [&](writer& w) {
      w.field("message", "Conectado exitosamente").key("user").begin_object();
      w.raw_field("id", self.id_json).raw_field("username", self.username_json).end_object();
    });
  }

  void operator()(const event::room_joined& e) const {
    own_membership("joined-group", "Te has unido al grupo exitosamente", e.label);
  }
  void operator()(const event::room_left& e) const {
    own_membership("left-group", "Has salido del grupo exitosamente", e.label);
  }

  void operator()(const event::member_joined& e) const { membership("user-joined-group", e.user, e.label); }
  void operator()(const event::member_left& e) const { membership("user-left-group", e.user, e.label); }

  void operator()(const event::group_acted& e) const {
    if (e.what.type.empty())
      episode_watched(*e.user.who, e.what);
    else
      activity(*e.user.who, e.what);
  }

  void operator()(const event::notified& e) const { out_.push_back(notification_event(e, at_)); }
  void operator()(const event::command_failed& e) const {
    out_.push_back(error_event("error", own_words(e.reason), at_));
  }

  template <class Other>
  void operator()(const Other&) const {}

 private:
  template <class Write>
  void emit(const char* name, std::size_t text_size, Write write) const {
    out_.push_back({name, object_text(text_size, write)});
  }

  // What has no label is a room's.
  void own_membership(const char* name, const char* text, const std::string& label) const {
    if (label.empty()) return;
    emit(name, label.size(), [&](writer& w) { w.raw_field("groupId", label).field("message", text); });
  }

  void membership(const char* name, const participant& user, const std::string& label) const {
    if (label.empty()) return;
    emit(name, label.size(), [&](writer& w) {
      write_user(w, *user.who);
      w.raw_field("groupId", label);
      write_time(w.key("timestamp"), at_);
    });
  }

  void episode_watched(const identity& user, const command::act_in_group& what) const {
    emit("episode-watched", what.series.size() + what.episode.size(), [&](writer& w) {
      write_user(w, user);
      w.raw_field("groupId", what.label).raw_field("seriesId", what.series).raw_field("episodeId", what.episode);
      write_time(w.key("timestamp"), at_);
    });
  }

  void activity(const identity& user, const command::act_in_group& what) const {
    emit("group-activity", what.type.size() + what.data.size(), [&](writer& w) {
      write_user(w, user);
      w.raw_field("type", what.type).raw_field("data", what.data.empty() ? "null" : std::string_view{what.data});
      write_time(w.key("timestamp"), at_);
      w.raw_field("groupId", what.label);
    });
  }

  static void write_user(writer& w, const identity& user) {
    w.raw_field("userId", user.id_json).raw_field("username", user.username_json);
  }

  timestamp at_;
  wire_events& out_;
};

class groups_dialect final : public dialect {
 public:
  dialect_id id() const override { return dialect_id::groups; }
  std::string_view name() const override { return "groups"; }
  std::vector<std::string_view> command_names() const override { return names_of(commands); }

  decoded decode(const wire_command& in, const identity& self, const payload_limits& limits) const override {
    return decode_by(commands, in, self, limits);
  }

  void encode(const domain_event& what, wire_events& out) const override {
    std::visit(encoder{what.at, out}, what.body);
  }

  error in_own_words(error reason) const override { return own_words(std::move(reason)); }
};

}  // namespace

const dialect& groups() {
  static const groups_dialect instance;
  return instance;
}

room_name group_room(std::string_view id) { return room_name{std::string{"\x01"}.append(id)}; }

}  // namespace parley::dialects
