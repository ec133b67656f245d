#include "tests/load/frames.hpp"

#include <array>
#include <cstdint>

namespace parley::load {
namespace {

/// Servers may skip unmasking when the key is zero; a fixed other one costs us nothing and keeps
/// their work real.
constexpr std::array<unsigned char, 4> mask_key{0x37, 0xfa, 0x21, 0x3d};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void append_length(std::string& out, std::size_t size) {
  constexpr unsigned char masked = 0x80;
  if (size < 126) {
    out.push_back(static_cast<char>(masked | size));
    return;
  }
  const int bytes = size <= 0xffff ? 2 : 8;
  out.push_back(static_cast<char>(masked | (bytes == 2 ? 126 : 127)));
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(size >> (8 * i) & 0xff));
}

}  // namespace

std::optional<frame> parse_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto op = static_cast<opcode>(bytes[0] & 0x0f);
  const auto short_size = static_cast<std::size_t>(bytes[1] & 0x7f);
  const std::size_t extended = short_size == 126 ? 2 : short_size == 127 ? 8 : 0;
  const std::size_t header = 2 + extended;
  if (bytes.size() < header) return std::nullopt;
  const std::size_t size = extended == 0 ? short_size : big_endian(bytes.substr(2, extended));
  if (bytes.size() - header < size) return std::nullopt;
  return frame{op, bytes.substr(header, size), header + size};
}

void append_frame(std::string& out, opcode op, std::string_view payload) {
  constexpr unsigned char fin = 0x80;
  out.push_back(static_cast<char>(fin | static_cast<unsigned char>(op)));
  append_length(out, payload.size());
  for (const unsigned char byte : mask_key) out.push_back(static_cast<char>(byte));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ mask_key[i % 4]));
  }
}

}  // namespace parley::load
