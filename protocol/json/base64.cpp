#include "protocol/json/base64.hpp"

#include <array>
#include <cstdint>

namespace parley::base64 {
namespace {

constexpr std::string_view standard_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t foreign = 0x80;  // in no digit's value, so that one look shows it in many

using value_table = std::array<std::uint8_t, 256>;

constexpr value_table values_of(std::string_view digits) {
  value_table values{};
  values.fill(foreign);
  for (std::size_t i = 0; i < digits.size(); ++i)
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  return values;
}
constexpr value_table standard_values = values_of(standard_digits);
constexpr value_table url_values = values_of(url_digits);

/// The values of digits, one after the other, most significant first; remembers whether any was foreign.
class digit_reader {
 public:
  digit_reader(std::string_view digits, const value_table& values) : next_{digits.data()}, values_{values} {}

  std::uint32_t take_four() {
    const auto value = [this](std::size_t at) { return values_[static_cast<unsigned char>(next_[at])]; };
    const std::uint32_t a = value(0), b = value(1), c = value(2), d = value(3);
    seen_ |= a | b | c | d;
    next_ += 4;
    return a << 18 | b << 12 | c << 6 | d;
  }
  std::uint32_t take(std::size_t count) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = values_[static_cast<unsigned char>(*next_++)];
      seen_ |= value;
      group = group << 6 | value;
    }
    return group;
  }
  bool saw_foreign() const { return (seen_ & foreign) != 0; }

 private:
  const char* next_;
  const value_table& values_;
  unsigned seen_ = 0;
};

constexpr std::uint32_t group_of(unsigned char a, unsigned char b, unsigned char c) {
  return std::uint32_t{a} << 16 | std::uint32_t{b} << 8 | std::uint32_t{c};
}

/// Writes the digits of the bytes, of one or two at the end one more than those count.
void put(char* to, std::string_view bytes, std::string_view digits) {
  const auto byte = [&bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  for (; bytes.size() >= 3; bytes.remove_prefix(3)) {
    const auto group = group_of(byte(0), byte(1), byte(2));
    *to++ = digits[group >> 18];
    *to++ = digits[group >> 12 & 63];
    *to++ = digits[group >> 6 & 63];
    *to++ = digits[group & 63];
  }
  if (bytes.empty()) return;
  const auto rest = group_of(byte(0), bytes.size() > 1 ? byte(1) : std::uint8_t{0}, 0);
  *to++ = digits[rest >> 18];
  *to++ = digits[rest >> 12 & 63];
  if (bytes.size() > 1) *to = digits[rest >> 6 & 63];
}

std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) return 2;
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

void append_url(std::string& out, std::string_view bytes) {
  const auto before = out.size();
  out.resize(before + (bytes.size() * 8 + 5) / 6);
  put(out.data() + before, bytes, url_digits);
}

void append(std::string& out, std::string_view bytes) {
  const auto before = out.size();
  out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  put(out.data() + before, bytes, standard_digits);
}

std::string encode(std::string_view bytes) {
  std::string out;
  append(out, bytes);
  return out;
}

std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(padding_of(text));
  return decode_unpadded(text, alphabet::standard);
}

std::optional<std::string> decode_unpadded(std::string_view digits, alphabet of) {
  const auto rest = digits.size() % 4;
  if (rest == 1) return std::nullopt;
  std::string out(digits.size() * 3 / 4, '\0');
  auto* to = out.data();
  digit_reader read{digits, of == alphabet::url ? url_values : standard_values};
  for (auto groups = digits.size() / 4; groups > 0; --groups) {
    const auto group = read.take_four();
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
  }
  // One or two bytes more; the last digit's spare bits must be zero.
  const auto group = read.take(rest) << (6 * (4 - rest) % 24);
  if (rest > 1) *to++ = static_cast<char>(group >> 16);
  if (rest > 2) *to++ = static_cast<char>(group >> 8);
  const auto spare = rest == 2 ? group & 0xFFFFU : group & 0xFFU;
  if (read.saw_foreign() || spare != 0) return std::nullopt;
  return out;
}

}  // namespace parley::base64
