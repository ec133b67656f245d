#include "net/ws_handshake.hpp"

#include <optional>

#include "protocol/websocket/handshake.hpp"

namespace parley::net {
namespace {

using boost::beast::http::field;
using dialects::compression;

constexpr std::size_t usual_answer = 200;  // bytes

ws_handshake refused(std::string_view status) {
  std::string answer{"HTTP/1.1 "};
  answer.append(status).append("\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ").append(websocket::version);
  return {answer.append("\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")};
}

compression append_deflate(std::string& answer, const http_request& request) {
  std::optional<websocket::deflate_agreement> agreed;
  request.any_of(field::sec_websocket_extensions, [&agreed](std::string_view offers) {
    agreed = websocket::agree_to_deflate(offers);
    return agreed.has_value();
  });
  if (!agreed) return compression::none;
  answer.append("Sec-WebSocket-Extensions: ").append(agreed->terms).append("\r\n");
  return agreed->server_window_bits < 15 ? compression::small_window : compression::full_window;
}

}  // namespace

ws_handshake answer_handshake(const http_request& request, bool offer_deflate) {
  if (request.only_value_of(field::sec_websocket_version) != websocket::version) return refused("426 Upgrade Required");
  const auto key = request.only_value_of(field::sec_websocket_key);
  if (!websocket::valid_key(key)) return refused("400 Bad Request");
  const auto accepted = websocket::accept_key(key);
  if (accepted.empty()) return refused("500 Internal Server Error");
  ws_handshake made;
  made.answer.reserve(usual_answer);
  made.answer.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
  made.answer.append("Sec-WebSocket-Accept: ").append(accepted).append("\r\n");
  const auto protocols = request.value_of(field::sec_websocket_protocol);
  if (const auto chosen = websocket::choose_subprotocol(protocols); !chosen.empty())
    made.answer.append("Sec-WebSocket-Protocol: ").append(chosen).append("\r\n");
  if (offer_deflate) made.compression = append_deflate(made.answer, request);
  made.answer.append("\r\n");
  made.agreed = true;
  return made;
}

}  // namespace parley::net
