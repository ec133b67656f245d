#include "protocol/wire/codec.hpp"

#include "protocol/json/json_text.hpp"

namespace parley::wire {
namespace {

constexpr unsigned bits_per_byte = 7;
constexpr unsigned last_shift = 63;

}  // namespace

void writer::number(std::uint64_t value) {
  while (value > 0x7f) {
    out_.push_back(static_cast<char>((value & 0x7fU) | 0x80U));
    value >>= bits_per_byte;
  }
  out_.push_back(static_cast<char>(value));
}

void writer::set_length(std::size_t at) {
  auto length = static_cast<std::uint32_t>(out_.size() - at - length_bytes);
  for (std::size_t byte = 0; byte < length_bytes; ++byte, length >>= 8U) out_[at + byte] = static_cast<char>(length);
}

std::uint64_t reader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift <= last_shift && !rest_.empty(); shift += bits_per_byte) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte <= 0x7f) return value;
  }
  fail();
  return 0;
}

std::string_view reader::bytes() {
  const auto size = number();
  if (size > rest_.size()) fail();
  const auto taken = rest_.substr(0, good_ ? size : 0);
  rest_.remove_prefix(taken.size());
  return taken;
}

std::string_view reader::take_part() {
  constexpr std::size_t length_bytes = 4;
  if (rest_.size() < length_bytes) {
    fail();
    return {};
  }
  std::uint32_t length = 0;
  for (std::size_t byte = 0; byte < length_bytes; ++byte)
    length |= std::uint32_t{static_cast<unsigned char>(rest_[byte])} << (8U * byte);
  rest_.remove_prefix(length_bytes);
  if (length > rest_.size()) {
    fail();
    return {};
  }
  const auto part = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return part;
}

void codec<json>::put(writer& to, const json& value) { to.bytes(json_text::dump(value)); }

void codec<json>::get(reader& from, json& value) {
  auto parsed = json_text::parse(from.bytes());
  if (!parsed) return from.fail();
  value = *std::move(parsed);
}

}  // namespace parley::wire
