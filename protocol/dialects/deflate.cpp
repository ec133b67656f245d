#include "protocol/dialects/deflate.hpp"

#include <limits>

namespace parley::dialects {
namespace {

constexpr int raw_window_bits = -15;  // negative: no zlib header and trailer
constexpr int memory_level = 8;
/// What a sync flush ends with, and the receiver puts back.
constexpr std::size_t tail_size = 4;
/// An empty stored block and the bits before it, which deflateBound does not count.
constexpr std::size_t flush_size = 16;

}  // namespace

deflater::deflater()
    : usable_{deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, raw_window_bits, memory_level,
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

deflater& local_deflater() {
  thread_local deflater mine;
  return mine;
}

}  // namespace parley::dialects
