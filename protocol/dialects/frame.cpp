#include "protocol/dialects/frame.hpp"

#include <string_view>
#include <utility>

#include "protocol/dialects/catalogue.hpp"
#include "protocol/dialects/framing.hpp"
#include "protocol/engineio/packet.hpp"
#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_writer.hpp"
#include "protocol/socketio/attachments.hpp"
#include "protocol/socketio/encoder.hpp"

namespace parley::dialects {
namespace {

frame_ptr make_frame(std::string bytes, urgency how = urgency::required, spread to = spread::few) {
  return frame_ptr{new frame{std::move(bytes), how, to}};
}

/// Who is here, who types and how far a file has got is soon out of date; not that it has come to its end.
urgency urgency_of(const domain_event& what) {
  const auto* typing = std::get_if<event::typing_changed>(&what.body);
  const auto* file = std::get_if<event::file_progressed>(&what.body);
  const bool passing = std::holds_alternative<event::user_came_online>(what.body) ||
                       std::holds_alternative<event::user_went_offline>(what.body) ||
                       (typing != nullptr && typing->on) || (file != nullptr && file->what.sent < file->what.size);
  return passing ? urgency::droppable : urgency::required;
}

// -- Socket.IO
// ----------------------------------------------------------------------------------------------------

constexpr char message_digit = engineio::digit(engineio::packet_type::message);

/// Where one packet at a time is put together, before its length is known.
std::string& packet_at_work() {
  constexpr std::size_t most_kept = std::size_t{64} * 1024;
  thread_local std::string text;
  if (text.capacity() > most_kept) std::string{}.swap(text);  // an assignment would keep it
  text = message_digit;
  return text;
}

/// A packet, and right behind it the binary values among its arguments. `write` appends the packet's text, of arguments
/// with so many placeholders.
template <class Write>
void append_message(std::string& out, framing how, std::string_view args, Write write) {
  auto& packet = packet_at_work();
  if (!json_text::has_binary(args)) {
    write(packet, args, 0);
    return append_packet(how, out, packet);
  }
  const auto parts = socketio::deconstruct(args);
  write(packet, std::string_view{parts.text}, parts.attachments.size());
  append_packet(how, out, packet);
  for (const auto& each : parts.attachments) append_binary(how, out, each);
}

void append_event(std::string& out, framing how, std::string_view nsp, socketio::ack_id ack, const wire_event& what) {
  append_message(out, how, what.args, [&](std::string& packet, std::string_view args, std::size_t attachments) {
    socketio::append_event(packet, nsp, ack, what.name, args, attachments);
  });
}

void append_ack(std::string& out, framing how, std::string_view nsp, std::uint64_t ack, const wire_event& values) {
  append_message(out, how, values.args, [&](std::string& packet, std::string_view args, std::size_t attachments) {
    socketio::append_ack(packet, nsp, ack, args, attachments);
  });
}

// -- plain frames
// -------------------------------------------------------------------------------------------------

/// The one value that stands for all arguments; binary is base64 there, as JSON has no word for it.
std::string plain_data(const wire_event& values) {
  auto args = json_text::has_binary(values.args) ? json_text::without_marks(values.args) : values.args;
  return values.arity > 1 ? "[" + args + "]" : args;
}

void append_plain(std::string& out, framing how, std::string_view name, std::string_view id_json,
                  const wire_event& values) {
  std::string text;
  json_text::writer w{text};
  w.begin_object().field("event", name);
  if (!id_json.empty()) w.raw_field("id", id_json);
  if (const auto data = plain_data(values); !data.empty()) w.raw_field("data", data);
  w.end_object();
  append_packet(how, out, text);
}

// -- all framings
// -------------------------------------------------------------------------------------------------

void append_events(std::string& out, const namespace_table& table, const audience& to, const domain_event& what,
                   socketio::ack_id ack) {
  for (const auto& each : encode(to.hears, what)) {
    if (is_plain(to.framing))
      append_plain(out, to.framing, each.name, ack ? std::to_string(*ack) : "", each);
    else
      append_event(out, to.framing, table[to.nsp].name, ack, each);
    ack.reset();  // only the first asks: one question has one answer
  }
}

frame_ptr encode_any(const namespace_table& table, const audience& to, const domain_event& what, socketio::ack_id ack,
                     spread how) {
  std::string bytes;
  append_events(bytes, table, to, what, ack);
  if (bytes.empty()) return nullptr;
  return make_frame(std::move(bytes), urgency_of(what), how);
}

}  // namespace

frame_ptr encode(const namespace_table& table, const audience& to, const domain_event& what, spread how) {
  return encode_any(table, to, what, std::nullopt, how);
}

frame_ptr encode_opening(const namespace_table& table, const audience& to, std::string_view connect_packet,
                         const domain_event* greeting) {
  constexpr std::size_t usual_size = 512;
  std::string bytes;
  bytes.reserve(usual_size);
  append_packet(to.framing, bytes, packet_at_work().append(connect_packet));
  if (greeting != nullptr) append_events(bytes, table, to, *greeting, std::nullopt);
  return make_frame(std::move(bytes));
}

frame_ptr encode_with_ack(const namespace_table& table, const audience& to, const domain_event& what,
                          std::uint64_t ack_id) {
  return encode_any(table, to, what, ack_id, spread::few);
}

frame_ptr encode_ack(const namespace_table& table, const audience& to, std::uint64_t ack_id, const wire_event& values) {
  if (is_plain(to.framing)) return encode_plain_ack(to.framing, std::to_string(ack_id), values);
  std::string bytes;
  append_ack(bytes, to.framing, table[to.nsp].name, ack_id, values);
  return make_frame(std::move(bytes));
}

frame_ptr encode_plain_ack(framing how, std::string_view id_json, const wire_event& values) {
  std::string bytes;
  append_plain(bytes, how, "ack", id_json, values);
  return make_frame(std::move(bytes));
}

frame_ptr encode_message(framing how, std::string_view data, bool binary) {
  std::string bytes;
  if (is_plain(how))
    append_plain_message(how, bytes, binary ? opcode::binary : opcode::text, data);
  else if (binary)
    append_binary(how, bytes, data);
  else
    append_packet(how, bytes, packet_at_work().append(data));
  return make_frame(std::move(bytes));
}

frame_ptr encode_packet(framing how, std::string_view packet) {
  std::string bytes;
  append_packet(how, bytes, packet);
  return make_frame(std::move(bytes));
}

}  // namespace parley::dialects
