// permessage-deflate's compression (RFC 7692) of single messages, for connections that agreed to
// `server_no_context_takeover`: one compressed message serves all of them. On the way from an event
// to its frame, on the thread that encodes. Invariant: no message depends on an earlier one.
#pragma once

#include <string>
#include <string_view>
#include <zlib.h>

namespace parley::dialects {

class deflater {
 public:
  deflater();
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

/// This thread's own.
deflater& local_deflater();

}  // namespace parley::dialects
