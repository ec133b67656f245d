#include "protocol/websocket/frame_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "protocol/dialects/deflate.hpp"
#include "protocol/json/utf8.hpp"

namespace parley::websocket {
namespace {

constexpr unsigned char compressed_bit = 0x40;
constexpr unsigned char unknown_bits = 0x30;
constexpr unsigned char masked_bit = 0x80;
constexpr unsigned char short_length = 125;  // the longest that stands in the second byte itself
constexpr std::size_t mask_size = 4;

std::size_t length_bytes(unsigned char second) {
  const unsigned length = second & 0x7fU;
  return length <= short_length ? 0 : length == 126 ? 2 : 8;
}

std::uint64_t big_endian(const unsigned char* from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | from[i];
  return value;
}

bool known(opcode kind) { return kind <= opcode::binary || (kind >= opcode::close && kind <= opcode::pong); }

/// Codes that a peer may say (RFC 6455, 7.4): those registered, and those left to applications.
bool may_be_said(std::uint16_t code) {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

}  // namespace

std::string_view to_string(std::uint16_t code) {
  switch (code) {
    case close_code::protocol_error:
      return "protocol error";
    case close_code::bad_payload:
      return "malformed payload";
    case close_code::too_big:
      return "message too big";
    default:
      return "other";
  }
}

received frame_reader::next(std::span<char>& bytes) {
  if (broken_ != 0) return fail(broken_);
  if (auto* gone = std::exchange(spent_, nullptr)) std::string{}.swap(*gone);  // `= {}` would keep the memory
  for (;;) {
    if (!in_payload_) {
      if (!take_header(bytes)) return {};
      if (const auto wrong = begin_frame(); wrong != 0) return fail(wrong);
    }
    if (const auto found = take_payload(bytes); found.what != kind::nothing || in_payload_) return found;
  }
}

received frame_reader::fail(std::uint16_t code) {
  broken_ = code;
  return {kind::broken, {}, code};
}

// -- headers ---------------------------------------------------------------------------------------------------------

std::size_t frame_reader::header_needed() const {
  if (header_size_ < 2) return 2;
  return 2 + length_bytes(header_[1]) + ((header_[1] & masked_bit) != 0 ? mask_size : 0);
}

bool frame_reader::take_header(std::span<char>& bytes) {
  while (header_size_ < header_needed()) {
    if (bytes.empty()) return false;
    const auto part = std::min(header_needed() - header_size_, bytes.size());
    std::memcpy(header_.data() + header_size_, bytes.data(), part);
    header_size_ = static_cast<std::uint8_t>(header_size_ + part);
    bytes = bytes.subspan(part);
  }
  return true;
}

/// The code of what is wrong with the header; 0: nothing.
std::uint16_t frame_reader::begin_frame() {
  const auto extended = length_bytes(header_[1]);
  length_ = extended == 0 ? header_[1] & 0x7fU : big_endian(header_.data() + 2, extended);
  if (const auto wrong = check_frame(); wrong != 0) return wrong;
  std::copy_n(header_.begin() + 2 + static_cast<std::ptrdiff_t>(extended), mask_size, mask_.begin());
  left_ = length_;
  in_payload_ = true;
  if (is_control(op()) || op() == opcode::continuation) return 0;
  text_ = op() == opcode::text;
  compressed_ = (header_[0] & compressed_bit) != 0;
  return 0;
}

std::uint16_t frame_reader::check_frame() const {
  const auto extended = length_bytes(header_[1]);
  const bool canonical = extended == 0 || (extended == 2 && length_ > short_length) ||
                         (extended == 8 && length_ > 0xffff && length_ >> 63U == 0);
  const bool begins = op() == opcode::text || op() == opcode::binary;
  const bool compressed = (header_[0] & compressed_bit) != 0;
  if ((header_[1] & masked_bit) == 0 || (header_[0] & unknown_bits) != 0 || !known(op()) || !canonical ||
      (compressed && !(inflating_ && begins)))
    return close_code::protocol_error;
  if (is_control(op())) return final() && extended == 0 ? 0 : close_code::protocol_error;
  if (begins == in_message_) return close_code::protocol_error;
  return length_ > max_message_bytes_ - message_.size() ? close_code::too_big : 0;
}

// -- payloads --------------------------------------------------------------------------------------------------------

void frame_reader::unmask(std::span<char> part) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask_.data(), mask_size);
  std::memcpy(reinterpret_cast<char*>(&wide) + mask_size, mask_.data(), mask_size);
  std::size_t at = 0;
  for (; at + sizeof wide <= part.size(); at += sizeof wide) {
    const auto word = utf8::load_eight(part.data() + at) ^ wide;
    std::memcpy(part.data() + at, &word, sizeof word);
  }
  for (; at < part.size(); ++at)
    part[at] = static_cast<char>(static_cast<unsigned char>(part[at]) ^ mask_[at % mask_size]);
  std::rotate(mask_.begin(), mask_.begin() + static_cast<std::ptrdiff_t>(part.size() % mask_size), mask_.end());
}

received frame_reader::take_payload(std::span<char>& bytes) {
  const auto part = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
  bytes = bytes.subspan(part.size());
  unmask(part);
  left_ -= part.size();
  const bool whole = part.size() == length_ && collected().empty() && final();
  if (!whole) {
    collected().append(part.data(), part.size());
    if (!is_control(op()) && !text_may_go_on()) return fail(close_code::bad_payload);
  }
  if (left_ > 0) return {};
  in_payload_ = false;
  header_size_ = 0;
  spent_ = !whole && final() ? &collected() : nullptr;
  return end_frame(whole ? std::string_view{part.data(), part.size()} : std::string_view{collected()});
}

received frame_reader::end_frame(std::string_view payload) {
  if (is_control(op())) return end_control(payload);
  in_message_ = !final();
  return in_message_ ? received{} : end_message(payload);
}

received frame_reader::end_message(std::string_view payload) {
  if (compressed_) {
    std::string plain;
    if (const auto wrong = dialects::local_inflater().inflate(payload, plain, max_message_bytes_))
      return fail(*wrong == dialects::inflater::failure::too_big ? close_code::too_big : close_code::bad_payload);
    message_ = std::move(plain);
    payload = message_;
    spent_ = &message_;
  }
  const auto checked = std::exchange(checked_, 0);
  if (text_ && !utf8::valid(payload.substr(checked))) return fail(close_code::bad_payload);
  return {text_ ? kind::text : kind::binary, payload, 0};
}

received frame_reader::end_control(std::string_view payload) {
  if (op() == opcode::ping) return {kind::ping, payload, 0};
  if (op() == opcode::pong) return {kind::pong, payload, 0};
  if (payload.empty()) return {kind::close, {}, close_code::none};
  if (payload.size() == 1) return fail(close_code::protocol_error);
  const auto code = static_cast<std::uint16_t>(big_endian(reinterpret_cast<const unsigned char*>(payload.data()), 2));
  if (!may_be_said(code)) return fail(close_code::protocol_error);
  if (!utf8::valid(payload.substr(2))) return fail(close_code::bad_payload);
  return {kind::close, payload.substr(2), code};
}

/// Looks at the text that has come so far, so that what cannot become well-formed is not waited for.
bool frame_reader::text_may_go_on() {
  if (!text_ || compressed_) return true;
  const std::string_view text{message_};
  while (checked_ < text.size()) {
    const auto length = utf8::sequence_length(text.substr(checked_));
    if (length == 0) return utf8::may_begin_sequence(text.substr(checked_));
    checked_ += length;
  }
  return true;
}

}  // namespace parley::websocket
