#include <utility>

#include "tests/load/frames.hpp"
#include "tests/load/link.hpp"

namespace parley::load {
namespace {

constexpr std::string_view blank_line = "\r\n\r\n";

class websocket_link final : public user_link {
 public:
  websocket_link(load::user speaker, const address& to) : user_link{std::move(speaker)}, to_{&to} {}

  void start() override {
    output(0)
        .append("GET ")
        .append(to_->path)
        .append("?EIO=4&transport=websocket HTTP/1.1\r\nHost: ")
        .append(to_->host);
    output(0).append(
        "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  }

  std::size_t consume(std::size_t, std::string_view bytes, std::uint64_t now) override {
    std::size_t used = upgraded_ ? 0 : consume_upgrade(bytes);
    if (!upgraded_) return 0;
    while (user_.failure().empty()) {
      const auto next = parse_frame(bytes.substr(used));
      if (!next) break;
      used += next->size;
      on_frame(*next, now);
    }
    return used;
  }

  void send(std::string_view packet) override { append_frame(output(0), opcode::text, packet); }

  void close() override {
    user_.say_goodbye(*this);
    append_frame(output(0), opcode::close, {"\x03\xe8", 2});
  }

 private:
  std::size_t consume_upgrade(std::string_view bytes) {
    const auto end = bytes.find(blank_line);
    if (end == std::string_view::npos) return 0;
    if (!bytes.starts_with("HTTP/1.1 101")) return user_.fail(bytes.substr(0, bytes.find('\r'))), bytes.size();
    upgraded_ = true;
    return end + blank_line.size();
  }

  void on_frame(const frame& received, std::uint64_t now) {
    switch (received.op) {
      case opcode::text:
        return user_.on_packet(received.payload, now, *this);
      case opcode::ping:
        return append_frame(output(0), opcode::pong, received.payload);
      case opcode::pong:
        return;
      case opcode::close:
        return user_.fail("the server closed the WebSocket");
      default:
        return user_.fail("a frame of unexpected kind");
    }
  }

  const address* to_;
  bool upgraded_ = false;
};

}  // namespace

std::unique_ptr<user_link> make_websocket_link(load::user speaker, const address& to) {
  return std::make_unique<websocket_link>(std::move(speaker), to);
}

}  // namespace parley::load
