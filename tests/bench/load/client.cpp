#include "tests/bench/load/client.hpp"

#include <utility>

namespace parley::bench {
namespace {

constexpr std::string_view event_prefix = "42/rooms,[\"";

}  // namespace

client::client(std::uint32_t number, std::string token, std::string room, traffic& counts, message_handler& handler)
    : number_{number}, token_{std::move(token)}, room_{std::move(room)}, counts_{counts}, handler_{handler} {}

void client::start(std::string_view host) {
  output_.append("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ").append(host);
  output_.append(
      "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
}

std::size_t client::consume(std::string_view bytes, std::uint64_t now) {
  std::size_t used = stage_ == stage::upgrading ? consume_upgrade(bytes) : 0;
  if (stage_ == stage::upgrading) return 0;
  while (stage_ != stage::failed) {
    const auto next = parse_frame(bytes.substr(used));
    if (!next) break;
    used += next->size;
    on_frame(*next, now);
  }
  counts_.bytes += used;
  return used;
}

std::size_t client::consume_upgrade(std::string_view bytes) {
  constexpr std::string_view blank_line = "\r\n\r\n";
  const auto end = bytes.find(blank_line);
  if (end == std::string_view::npos) return 0;
  if (bytes.starts_with("HTTP/1.1 101")) {
    stage_ = stage::opening;
  } else {
    fail(bytes.substr(0, bytes.find('\r')));
  }
  return end + blank_line.size();
}

void client::on_frame(const frame& received, std::uint64_t now) {
  switch (received.op) {
    case opcode::text:
      return on_packet(received.payload, now);
    case opcode::ping:
      return append_frame(output_, opcode::pong, received.payload);
    case opcode::pong:
      return;
    case opcode::close:
      return fail("the server closed the WebSocket");
    default:
      return fail("a frame of unexpected kind");
  }
}

void client::on_packet(std::string_view packet, std::uint64_t now) {
  switch (packet.empty() ? '\0' : packet.front()) {
    case '0':
      stage_ = stage::entering;
      return say("40/rooms,{\"token\":\"" + token_ + "\"}");
    case '2':
      return say("3");
    case '4':
      return on_socketio_packet(packet, now);
    default:
      return fail(packet);
  }
}

void client::on_socketio_packet(std::string_view packet, std::uint64_t now) {
  if (packet.starts_with(event_prefix)) return on_event(packet, now);
  if (!packet.starts_with("40/rooms") || stage_ != stage::entering) return fail(packet);
  stage_ = stage::greeting;
  token_ = {};
}

void client::on_event(std::string_view packet, std::uint64_t now) {
  const auto name = packet.substr(event_prefix.size(), packet.find('"', event_prefix.size()) - event_prefix.size());
  if (name == "room-message" || name == "private-message") {
    ++counts_.messages;
    return handler_.on_message(number_, packet, now);
  }
  ++counts_.notices;
  on_notice(name, packet);
}

void client::on_notice(std::string_view name, std::string_view packet) {
  if (name == "error") return fail(packet);
  if (name == "joined-room" && stage_ == stage::joining) stage_ = stage::ready;
  if (name != "connected" || stage_ != stage::greeting) return;
  stage_ = room_.empty() ? stage::ready : stage::joining;
  if (!room_.empty()) emit(R"(["join-room",{"room":")" + room_ + R"("}])");
}

void client::emit(std::string_view event) {
  std::string packet{"42/rooms,"};
  say(packet.append(event));
}

void client::fail(std::string_view reason) {
  if (stage_ == stage::failed) return;
  stage_ = stage::failed;
  failure_ = reason;
}

}  // namespace parley::bench
