#include "net/random_id.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <span>
#include <sys/random.h>
#include <system_error>

#include "protocol/json/base64.hpp"

namespace parley::net {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t random_bytes = 16;
constexpr std::size_t owner_bytes = 6;  // node, shard, and a zero: a multiple of three encodes without padding bits
constexpr std::size_t owner_characters = 8;
constexpr std::size_t sid_characters = 30;

/// Random bytes fetched from the kernel some at a time, as a system call for each id would cost more than the id.
class pool {
 public:
  void take(std::span<std::uint8_t, random_bytes> into) {
    if (next_ == bytes_.size()) refill();
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(next_);
    std::copy_n(from, random_bytes, into.begin());
    std::fill_n(from, random_bytes, std::uint8_t{0});
    next_ += random_bytes;
  }

 private:
  void refill() {
    std::size_t have = 0;
    while (have < bytes_.size()) {
      const auto got = ::getrandom(bytes_.data() + have, bytes_.size() - have, 0);
      if (got < 0 && errno != EINTR) throw std::system_error{errno, std::generic_category(), "getrandom"};
      if (got > 0) have += static_cast<std::size_t>(got);
    }
    next_ = 0;
  }

  std::array<std::uint8_t, 256 * random_bytes> bytes_{};
  std::size_t next_ = bytes_.size();
};

void append_base64url(std::string& out, std::span<const std::uint8_t> bytes) {
  base64::append_url(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void append_random(std::string& out) {
  thread_local pool source;
  std::array<std::uint8_t, random_bytes> bytes{};
  source.take(bytes);
  append_base64url(out, bytes);
}

}  // namespace

std::string random_id() {
  std::string id;
  append_random(id);
  return id;
}

std::string make_sid(sid_owner owner) {
  const auto byte = [&owner](unsigned shift) { return static_cast<std::uint8_t>(owner.node >> shift); };
  const std::array<std::uint8_t, owner_bytes> bytes{byte(24), byte(16), byte(8), byte(0), owner.shard, 0};
  std::string sid;
  sid.reserve(sid_characters);
  append_base64url(sid, bytes);
  append_random(sid);
  return sid;
}

std::optional<sid_owner> owner_of(std::string_view sid) {
  if (sid.size() != sid_characters) return std::nullopt;
  std::uint64_t bits = 0;
  for (const char c : sid.substr(0, owner_characters)) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | value;
  }
  return sid_owner{static_cast<std::uint32_t>(bits >> 16U), static_cast<std::uint8_t>(bits >> 8U)};
}

}  // namespace parley::net
