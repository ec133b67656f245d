#include "protocol/dialects/deflate.hpp"

#include <limits>

namespace parley::dialects {
namespace {

constexpr int raw_window_bits = -15;  // negative: no zlib header and trailer
/// zlib makes no raw data for 8 bits, but keeps 262 bytes of its window to look ahead: with 9 bits, which are 512
/// bytes, it refers back by 250, which a window of 8 bits has.
constexpr int small_window_bits = 9;
constexpr int memory_level = 8;
/// What a sync flush ends with, and the receiver puts back.
constexpr std::size_t tail_size = 4;
constexpr std::string_view tail{"\x00\x00\xff\xff", tail_size};
constexpr std::size_t inflate_step = 16 * 1024;
/// An empty stored block and the bits before it, which deflateBound does not count.
constexpr std::size_t flush_size = 16;

}  // namespace

deflater::deflater(int window_bits)
    : usable_{deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level,
                           Z_DEFAULT_STRATEGY) == Z_OK} {}

deflater::~deflater() {
  if (usable_) deflateEnd(&stream_);
}

std::string deflater::deflate(std::string_view message) {
  if (!usable_ || message.size() > std::numeric_limits<uInt>::max() / 2) return {};
  deflateReset(&stream_);
  std::string out(deflateBound(&stream_, message.size()) + flush_size, '\0');
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_.avail_in = static_cast<uInt>(message.size());
  stream_.next_out = reinterpret_cast<Bytef*>(out.data());
  stream_.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream_, Z_SYNC_FLUSH) != Z_OK || stream_.avail_in != 0 || stream_.avail_out == 0) return {};
  out.resize(out.size() - stream_.avail_out - tail_size);
  return out;
}

inflater::inflater() : usable_{inflateInit2(&stream_, raw_window_bits) == Z_OK} {}

inflater::~inflater() {
  if (usable_) inflateEnd(&stream_);
}

std::optional<inflater::failure> inflater::inflate(std::string_view message, std::string& out, std::size_t max_bytes) {
  if (!usable_ || message.size() > std::numeric_limits<uInt>::max()) return failure::too_big;
  inflateReset(&stream_);
  if (const auto wrong = feed(message, out, max_bytes)) return wrong;
  return feed(tail, out, max_bytes);
}

std::optional<inflater::failure> inflater::feed(std::string_view part, std::string& out, std::size_t max_bytes) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
  stream_.avail_in = static_cast<uInt>(part.size());
  for (;;) {
    const auto before = out.size();
    out.resize(before + inflate_step);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = inflate_step;
    const int state = ::inflate(&stream_, Z_SYNC_FLUSH);
    out.resize(before + inflate_step - stream_.avail_out);
    if (out.size() > max_bytes) return failure::too_big;
    if (state == Z_STREAM_END) return std::nullopt;
    if (state != Z_OK && state != Z_BUF_ERROR) return failure::malformed;
    if (stream_.avail_out > 0) return std::nullopt;  // it has taken all that there was
  }
}

inflater& local_inflater() {
  thread_local inflater mine;
  return mine;
}

deflater& local_deflater() {
  thread_local deflater mine;
  return mine;
}

deflater& local_small_deflater() {
  thread_local deflater mine{small_window_bits};
  return mine;
}

}  // namespace parley::dialects
