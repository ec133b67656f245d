#include "tests/load/user.hpp"

#include <array>

#include "protocol/json/json.hpp"

namespace parley::load {
namespace {

constexpr std::string_view unknown_name;

/// The event's name in `["name",…]`.
std::string_view name_of(std::string_view event) {
  const auto begin = event.find("[\"");
  if (begin == std::string_view::npos) return unknown_name;
  const auto end = event.find('"', begin + 2);
  return end == std::string_view::npos ? unknown_name : event.substr(begin + 2, end - begin - 2);
}

constexpr std::array<word, 3> messages{word::room, word::private_message, word::conversation};
constexpr std::array<word, 3> confirmed{word::join_room, word::join_conversation, word::presence};

}  // namespace

void user::on_packet(std::string_view packet, std::uint64_t now, packet_sink& out) {
  switch (packet.empty() ? '\0' : packet.front()) {
    case '0':
      on_opened(packet.substr(1));
      return enter(out);
    case '1':
      return fail("the server closed the session");
    case '2':
      return out.send("3");
    case '4':
      return on_socketio(packet.substr(1), now, out);
    case '6':
      return;
    default:
      return fail(packet);
  }
}

void user::on_opened(std::string_view packet) {
  constexpr std::uint64_t millisecond = 1'000'000;
  const auto terms = json::parse(packet, nullptr, false);
  std::uint64_t silence = 0;
  for (const auto* name : {"pingInterval", "pingTimeout"})
    if (terms.is_object() && terms.contains(name) && terms[name].is_number_unsigned())
      silence += terms[name].get<std::uint64_t>();
  if (silence > 0 && silence < no_limit / millisecond) allowed_silence_ = silence * millisecond;
}

std::string_view user::waits_for() const {
  constexpr std::array<std::string_view, 6> named{
      "the connection", "the answer to CONNECT", "the greeting", "the end of its joins", "", ""};
  return named[static_cast<std::size_t>(stage_)];
}

void user::enter(packet_sink& out) {
  stage_ = stage::entering;
  std::string packet = "40";
  if (dialect_->nsp != "/") packet += dialect_->nsp + ",";
  blanks values;
  values[static_cast<std::size_t>(blank::token)] = persona_->token;
  values[static_cast<std::size_t>(blank::user)] = persona_->id;
  dialect_->auth.fill(packet, values);
  out.send(packet);
}

/// What follows the type and the namespace.
std::string_view user::after_namespace(std::string_view packet) const {
  if (dialect_->nsp == "/") return packet.substr(1);
  const auto comma = packet.find(',');
  return comma == std::string_view::npos ? std::string_view{} : packet.substr(comma + 1);
}

void user::on_socketio(std::string_view packet, std::uint64_t now, packet_sink& out) {
  switch (packet.empty() ? '\0' : packet.front()) {
    case '0':
      return on_entered(out);
    case '2':
      return on_event(after_namespace(packet), now, out);
    case '3': {
      std::uint64_t ack = 0;
      const auto body = after_namespace(packet);
      for (std::size_t i = 0; i < body.size() && body[i] >= '0' && body[i] <= '9'; ++i)
        ack = ack * 10 + static_cast<std::uint64_t>(body[i] - '0');
      return audience_->on_ack(persona_->number, ack, body, now);
    }
    default:
      return fail(packet);
  }
}

void user::on_entered(packet_sink& out) {
  if (stage_ != stage::entering) return fail("an answer to no CONNECT");
  stage_ = stage::greeting;
  if (dialect_->ready.empty()) join_all(out);
}

void user::on_event(std::string_view packet, std::uint64_t now, packet_sink& out) {
  const auto name = name_of(packet);
  for (const auto each : messages)
    if (const auto& known = (*dialect_)[each]; name == known.heard && !name.empty())
      return audience_->on_message(persona_->number, each, packet, now);
  if (name == dialect_->error) return audience_->on_error(persona_->number, packet);
  const spoken* answered = nullptr;
  for (const auto each : confirmed) {
    if ((*dialect_)[each].done != name) continue;
    answered = &(*dialect_)[each];
    if (each != word::presence) on_joined();
  }
  audience_->on_notice(persona_->number, answered, packet);
  if (stage_ == stage::greeting && name == dialect_->ready) join_all(out);
}

void user::on_joined() {
  if (stage_ == stage::joining && --joins_open_ == 0) become_ready();
}

void user::join_all(packet_sink& out) {
  stage_ = stage::joining;
  ++joins_open_;  // lest it be ready between two that need no confirmation
  for (const auto& each : persona_->rooms) join(word::join_room, each, out);
  for (const auto& each : persona_->conversations) join(word::join_conversation, each, out);
  if (--joins_open_ == 0) become_ready();
}

void user::join(word what, const std::string& topic, packet_sink& out) {
  const auto& spoken = (*dialect_)[what];
  if (spoken.emit.empty()) return;
  if (!spoken.done.empty()) ++joins_open_;
  blanks values;
  values[static_cast<std::size_t>(blank::topic)] = topic;
  say(what, values, nullptr, out);
}

void user::become_ready() {
  stage_ = stage::ready;
  audience_->on_ready(persona_->number);
}

void user::say(word what, const blanks& values, const std::uint64_t* ack, packet_sink& out) {
  thread_local std::string packet;
  packet = "42";
  if (dialect_->nsp != "/") packet.append(dialect_->nsp).append(",");
  if (ack != nullptr) packet += std::to_string(*ack);
  (*dialect_)[what].emit.fill(packet, values);
  out.send(packet);
}

void user::say_goodbye(packet_sink& out) { out.send(dialect_->nsp == "/" ? "41" : "41" + dialect_->nsp + ","); }

void user::fail(std::string_view reason) {
  if (stage_ == stage::failed) return;
  stage_ = stage::failed;
  failure_ = reason.empty() ? "an empty packet" : reason.substr(0, 300);
}

}  // namespace parley::load
