#include "protocol/socketio/encoder.hpp"

#include "protocol/json/json_writer.hpp"

namespace parley::socketio {
namespace {

using json_text::append_number;
using json_text::append_string;

constexpr std::size_t header_room = 32;  // type, count, ack id, brackets, commas

constexpr packet_type with_binary(packet_type type) {
  if (type == packet_type::event) return packet_type::binary_event;
  return type == packet_type::ack ? packet_type::binary_ack : type;
}

}  // namespace

void append_header(std::string& out, packet_type type, std::size_t attachments, std::string_view nsp, ack_id id) {
  if (attachments > 0) {
    out.push_back(digit(with_binary(type)));
    append_number(out, std::uint64_t{attachments});
    out.push_back('-');
  } else {
    out.push_back(digit(type));
  }
  if (nsp != "/") out.append(nsp).push_back(',');
  if (id) append_number(out, *id);
}

void append_event(std::string& out, std::string_view nsp, ack_id id, std::string_view name, std::string_view args,
                  std::size_t attachments) {
  out.reserve(out.size() + header_room + nsp.size() + name.size() + args.size());
  append_header(out, packet_type::event, attachments, nsp, id);
  out.push_back('[');
  append_string(out, name);
  if (!args.empty()) out.append(",", 1).append(args);
  out.push_back(']');
}

std::string encode_event(std::string_view nsp, ack_id id, std::string_view name, std::string_view args) {
  std::string out;
  append_event(out, nsp, id, name, args);
  return out;
}

void append_ack(std::string& out, std::string_view nsp, std::uint64_t id, std::string_view args,
                std::size_t attachments) {
  append_header(out, packet_type::ack, attachments, nsp, id);
  out.append(1, '[').append(args).push_back(']');
}

std::string encode_ack(std::string_view nsp, std::uint64_t id, std::string_view args) {
  std::string out;
  append_ack(out, nsp, id, args);
  return out;
}

std::string encode_connect(std::string_view nsp, std::string_view sid, std::optional<std::string_view> pid,
                           version protocol) {
  std::string out;
  out.reserve(header_room + nsp.size() + sid.size());
  append_header(out, packet_type::connect, 0, nsp, {});
  if (protocol == version::v4) return out;
  // Ids need no escapes.
  out.append(R"({"sid":")").append(sid);
  if (pid) out.append(R"(","pid":")").append(*pid);
  out.append(R"("})");
  return out;
}

std::string encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data,
                                 version protocol) {
  std::string out;
  append_header(out, packet_type::connect_error, 0, nsp, {});
  json_text::writer writer{out};
  if (protocol == version::v4) {
    if (data.empty())
      writer.value(message);
    else
      writer.raw(data);
    return out;
  }
  writer.begin_object().field("message", message);
  if (!data.empty()) writer.raw_field("data", data);
  writer.end_object();
  return out;
}

std::string encode_disconnect(std::string_view nsp) {
  std::string out;
  append_header(out, packet_type::disconnect, 0, nsp, {});
  return out;
}

}  // namespace parley::socketio
