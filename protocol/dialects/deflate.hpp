// permessage-deflate's compression (RFC 7692) of single messages, for connections that agreed to
// `server_no_context_takeover`: one compressed message serves all of them. On the way from an event
// to its frame, on the thread that encodes. Invariant: no message depends on an earlier one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <zlib.h>

namespace parley::dialects {

class deflater {
 public:
  /// With a window of 2^`window_bits` bytes, 9 to 15.
  explicit deflater(int window_bits = 15);
  ~deflater();
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  /// Raw deflate without the tail 00 00 ff ff. Empty when zlib has no memory: the message goes out
  /// as it is then.
  std::string deflate(std::string_view message);

 private:
  z_stream stream_{};
  bool usable_ = false;
};

/// The other way, for messages of clients that agreed to `client_no_context_takeover`.
class inflater {
 public:
  enum class failure : std::uint8_t { malformed, too_big };

  inflater();
  ~inflater();
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;

  /// Appends to `out` what `message` stands for, at most `max_bytes`.
  std::optional<failure> inflate(std::string_view message, std::string& out, std::size_t max_bytes);

 private:
  std::optional<failure> feed(std::string_view part, std::string& out, std::size_t max_bytes);

  z_stream stream_{};
  bool usable_ = false;
};

/// This thread's own.
deflater& local_deflater();
/// What it makes refers back by 250 bytes at most, so every window that a client may ask for can read it.
deflater& local_small_deflater();
inflater& local_inflater();

}  // namespace parley::dialects
