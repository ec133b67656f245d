// The bytes of a WebSocket client → its messages (RFC 6455, 5; RFC 7692). A state machine that is fed what was
// received, wherever that was cut; a message that was received whole is read where it lies. Pure, on the connection's
// thread. Invariant: between messages it holds no memory but its own; what has been said once is broken stays so.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/websocket/opcode.hpp"

namespace parley::websocket {

/// Why a connection is closed (RFC 6455, 7.4).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none = 1005;  // stands for a close frame without a code
inline constexpr std::uint16_t bad_payload = 1007;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t try_again_later = 1013;  // of IANA's registry
}  // namespace close_code

/// In a word, for metrics, why a peer was told that code.
std::string_view to_string(std::uint16_t code);

/// What came next.
struct received {
  enum class kind : std::uint8_t {
    nothing,  // more bytes are needed
    text,
    binary,
    ping,
    pong,
    close,   // `code` is the peer's
    broken,  // the peer broke the rules: it is to be told `code`
  };

  kind what = kind::nothing;
  std::string_view data{};  // lives until the next call
  std::uint16_t code = 0;
};

class frame_reader {
 public:
  /// `inflating`: permessage-deflate without context takeover was agreed on.
  frame_reader(std::size_t max_message_bytes, bool inflating)
      : max_message_bytes_{max_message_bytes}, inflating_{inflating} {}
  frame_reader(const frame_reader&) = delete;
  frame_reader& operator=(const frame_reader&) = delete;

  /// Takes the bytes of the next message or control frame off `bytes`, which it unmasks where they are.
  received next(std::span<char>& bytes);

 private:
  using kind = received::kind;

  static constexpr std::size_t max_header = 14;

  bool take_header(std::span<char>& bytes);
  std::size_t header_needed() const;
  std::uint16_t begin_frame();
  std::uint16_t check_frame() const;
  received take_payload(std::span<char>& bytes);
  received end_frame(std::string_view payload);
  received end_message(std::string_view payload);
  received end_control(std::string_view payload);
  received fail(std::uint16_t code);
  void unmask(std::span<char> part);
  bool text_may_go_on();

  opcode op() const { return static_cast<opcode>(header_[0] & 0x0fU); }
  bool final() const { return (header_[0] & 0x80U) != 0; }
  std::string& collected() { return is_control(op()) ? control_ : message_; }

  const std::size_t max_message_bytes_;
  std::string message_;           // what has come of a message in pieces
  std::string control_;           // likewise, of a control frame, which may come in between
  std::string* spent_ = nullptr;  // which of the two the last call gave away a view of
  std::uint64_t length_ = 0;
  std::uint64_t left_ = 0;   // of this frame's payload
  std::size_t checked_ = 0;  // bytes of `message_` that are well-formed text
  std::array<unsigned char, max_header> header_{};
  std::uint8_t header_size_ = 0;
  std::array<unsigned char, 4> mask_{};
  std::uint16_t broken_ = 0;
  bool in_payload_ = false;
  bool in_message_ = false;  // more frames of it are to come
  bool text_ = false;
  bool compressed_ = false;
  const bool inflating_;
};

}  // namespace parley::websocket
