// Any bytes as those of a WebSocket client; the first chooses deflate and the size of the pieces they come in. However
// they are cut, the same is read; messages keep to the limit, texts are UTF-8, and what is broken stays so.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/json/utf8.hpp"
#include "protocol/websocket/frame_reader.hpp"

using namespace parley::websocket;
using kind = received::kind;

namespace {

constexpr std::size_t max_message_bytes = 1000;
constexpr std::size_t max_control_bytes = 125;

struct heard {
  kind what;
  std::string data;
  std::uint16_t code;
  bool operator==(const heard&) const = default;
};

void check(const received& next) {
  const bool message = next.what == kind::text || next.what == kind::binary;
  if (next.data.size() > (message ? max_message_bytes : max_control_bytes)) std::abort();
  if (next.what == kind::text && !parley::utf8::valid(next.data)) std::abort();
  if (next.what == kind::broken && next.code == 0) std::abort();
}

/// Every call that yields something takes a byte at least, or the loop would not end.
bool read_piece(frame_reader& reader, std::span<char> piece, std::vector<heard>& all) {
  for (;;) {
    const auto before = piece.size();
    const auto next = reader.next(piece);
    if (next.what == kind::nothing) break;
    check(next);
    all.push_back({next.what, std::string{next.data}, next.code});
    if (next.what == kind::broken) {
      if (reader.next(piece).what != kind::broken) std::abort();
      return false;
    }
    if (piece.size() == before) std::abort();
  }
  if (!piece.empty()) std::abort();
  return true;
}

std::vector<heard> read(std::string bytes, std::size_t size, bool inflating) {
  frame_reader reader{max_message_bytes, inflating};
  std::vector<heard> all;
  for (std::size_t at = 0; at < bytes.size(); at += size)
    if (!read_piece(reader, {bytes.data() + at, std::min(size, bytes.size() - at)}, all)) break;
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool inflating = (data[0] & 1U) != 0;
  const std::size_t piece = 1 + (data[0] >> 1U);
  const std::string bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (read(bytes, bytes.size(), inflating) != read(bytes, piece, inflating)) std::abort();
  return 0;
}
