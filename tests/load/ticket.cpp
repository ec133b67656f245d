#include "tests/load/ticket.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace parley::load {
namespace {

constexpr std::string_view marker = "T!";
constexpr std::size_t word = 8;  // hexadecimal digits of 32 bits
constexpr std::size_t words = 5;
constexpr std::uint64_t windowed_bit = std::uint64_t{1} << 63U;
constexpr char filler = '.';
static_assert(ticket_size == marker.size() + words * word);

void put_hex(std::string& out, std::uint64_t value, std::size_t digits) {
  constexpr std::string_view alphabet = "0123456789abcdef";
  for (std::size_t i = digits; i-- > 0;) out.push_back(alphabet[value >> (4 * i) & 0xf]);
}

template <class T>
bool take_hex(std::string_view digits, T& value) {
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, 16);
  return error == std::errc{} && stopped == end;
}

std::optional<ticket> read_at(std::string_view payload, std::size_t at) {
  if (payload.substr(at, marker.size()) != marker) return std::nullopt;
  const auto digits = payload.substr(at + marker.size());
  if (digits.size() < words * word) return std::nullopt;
  ticket value{};
  const bool valid = take_hex(digits.substr(0, word), value.stream) &&
                     take_hex(digits.substr(word, word), value.sender) &&
                     take_hex(digits.substr(2 * word, word), value.sequence) &&
                     take_hex(digits.substr(3 * word, 2 * word), value.intended);
  value.windowed = (value.intended & windowed_bit) != 0;
  value.intended &= ~windowed_bit;
  return valid ? std::optional{value} : std::nullopt;
}

}  // namespace

std::string ticket_text(const ticket& value, std::size_t size) {
  std::string text{marker};
  put_hex(text, value.stream, word);
  put_hex(text, value.sender, word);
  put_hex(text, value.sequence, word);
  put_hex(text, value.intended | (value.windowed ? windowed_bit : 0), 2 * word);
  text.resize(std::max(size, ticket_size), filler);
  return text;
}

bool ticket_finder::is_intact(std::string_view payload, std::size_t size) {
  filling_.resize(std::max(size, ticket_size) - ticket_size, filler);
  return payload.substr(last_ + ticket_size, filling_.size()) == filling_;
}

std::optional<ticket> ticket_finder::find(std::string_view payload) {
  if (last_ < payload.size())
    if (const auto found = read_at(payload, last_)) return found;
  for (auto at = payload.find(marker); at != std::string_view::npos; at = payload.find(marker, at + 1))
    if (const auto found = read_at(payload, at)) return last_ = at, found;
  return std::nullopt;
}

}  // namespace parley::load
