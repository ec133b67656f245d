#include "protocol/dialects/frame.hpp"

#include <optional>
#include <string_view>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/framing.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::dialects {
namespace {

using ack_number = std::optional<std::uint64_t>;

frame_ptr make_frame(std::string bytes, urgency how = urgency::required) {
  return frame_ptr{new frame{std::move(bytes), how}};
}

/// Who is here is soon out of date, and can be asked for.
urgency urgency_of(const domain_event& what) {
  const bool presence = std::holds_alternative<event::user_came_online>(what.body) ||
                        std::holds_alternative<event::user_went_offline>(what.body);
  return presence ? urgency::droppable : urgency::required;
}

// -- Socket.IO ----------------------------------------------------------------------------------------------------

/// Which packet types an event or an ack goes out as, without and with attachments.
struct packet_types {
  char text;
  char binary;
};

constexpr packet_types event_types{'2', '5'};
constexpr packet_types ack_types{'3', '6'};

/// What is said in a packet, besides its values.
struct packet_head {
  packet_types types;
  std::string_view nsp;
  ack_number ack;
  /// An event's name as JSON text; empty in an ack.
  std::string name{};
};

void append_address(std::string& packet, const packet_head& head) {
  if (head.nsp != "/") packet.append(head.nsp).push_back(',');
  if (head.ack) packet.append(std::to_string(*head.ack));
}

void append_text_packet(framing how, std::string& out, const packet_head& head,
                        std::string_view args) {
  std::string packet;
  packet.reserve(head.nsp.size() + head.name.size() + args.size() + 32);
  packet.push_back('4');
  packet.push_back(head.types.text);
  append_address(packet, head);
  packet.append("[").append(head.name);
  if (!head.name.empty() && !args.empty()) packet.push_back(',');
  packet.append(args).push_back(']');
  append_packet(how, out, packet);
}

/// The values, comma-separated, with placeholders for what goes into attachments.
std::string with_placeholders(const json& values, std::vector<std::string>& attachments) {
  std::string array;
  json_text::append_value(array, values, &attachments);
  return array.substr(1, array.size() - 2);
}

void append_binary_packet(framing how, std::string& out, const packet_head& head,
                          const json& values) {
  std::vector<std::string> attachments;
  const auto args = with_placeholders(values, attachments);
  std::string packet{'4', head.types.binary};
  packet.append(std::to_string(attachments.size())).push_back('-');
  append_address(packet, head);
  packet.append("[").append(head.name);
  if (!head.name.empty()) packet.push_back(',');
  packet.append(args).push_back(']');
  append_packet(how, out, packet);
  for (const auto& each : attachments) append_binary(how, out, each);
}

void append_socketio(framing how, std::string& out, const packet_head& head,
                     const wire_event& values) {
  if (values.binary.is_null())
    append_text_packet(how, out, head, values.args);
  else
    append_binary_packet(how, out, head, values.binary);
}

// -- plain frames -------------------------------------------------------------------------------------------------

/// The one value that stands for all arguments; binary is base64 there, as JSON has no word for it.
std::string plain_data(const wire_event& values) {
  auto args = values.args;
  if (!values.binary.is_null()) {
    args = json_text::dump(values.binary);
    args = args.substr(1, args.size() - 2);
  }
  return values.arity > 1 ? "[" + args + "]" : args;
}

void append_plain(std::string& out, std::string_view name, std::string_view id_json,
                  const wire_event& values) {
  std::string text;
  json_text::writer w{text};
  w.begin_object().field("event", name);
  if (!id_json.empty()) w.raw_field("id", id_json);
  if (const auto data = plain_data(values); !data.empty()) w.raw_field("data", data);
  w.end_object();
  append_packet(framing::plain, out, text);
}

// -- both ---------------------------------------------------------------------------------------------------------

void append_event(std::string& out, const namespace_table& table, const audience& to,
                  const wire_event& what, ack_number ack) {
  if (to.framing == framing::plain)
    return append_plain(out, what.name, ack ? std::to_string(*ack) : "", what);
  packet_head head{event_types, table[to.nsp].name, ack};
  json_text::append_string(head.name, what.name);
  append_socketio(to.framing, out, head, what);
}

frame_ptr encode_any(const namespace_table& table, const audience& to, const domain_event& what,
                     ack_number ack) {
  const auto events = encode(to.hears, what);
  if (events.empty()) return nullptr;
  std::string bytes;
  for (const auto& each : events) {
    append_event(bytes, table, to, each, ack);
    ack.reset();  // only the first asks: one question has one answer
  }
  return make_frame(std::move(bytes), urgency_of(what));
}

}  // namespace

frame_ptr encode(const namespace_table& table, const audience& to, const domain_event& what) {
  return encode_any(table, to, what, std::nullopt);
}

frame_ptr encode_with_ack(const namespace_table& table, const audience& to,
                          const domain_event& what, std::uint64_t ack_id) {
  return encode_any(table, to, what, ack_id);
}

frame_ptr encode_ack(const namespace_table& table, const audience& to, std::uint64_t ack_id,
                     const wire_event& values) {
  if (to.framing == framing::plain) return encode_plain_ack(std::to_string(ack_id), values);
  std::string bytes;
  append_socketio(to.framing, bytes, {ack_types, table[to.nsp].name, ack_id}, values);
  return make_frame(std::move(bytes));
}

frame_ptr encode_plain_ack(std::string_view id_json, const wire_event& values) {
  std::string bytes;
  append_plain(bytes, "ack", id_json, values);
  return make_frame(std::move(bytes));
}

frame_ptr encode_message(framing how, std::string_view data, bool binary) {
  std::string bytes;
  if (how == framing::plain)
    append_websocket(bytes, binary ? opcode::binary : opcode::text, data);
  else if (binary)
    append_binary(how, bytes, data);
  else
    append_packet(how, bytes, '4' + std::string{data});
  return make_frame(std::move(bytes));
}

frame_ptr encode_packet(framing how, std::string_view packet) {
  std::string bytes;
  append_packet(how, bytes, packet);
  return make_frame(std::move(bytes));
}

}  // namespace parley::dialects
