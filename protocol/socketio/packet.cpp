#include "protocol/socketio/packet.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "protocol/json/utf8.hpp"
#include "protocol/socketio/namespaces.hpp"

namespace parley::socketio {
namespace {

constexpr std::array<std::string_view, 18> violation_texts{"empty packet",
                                                           "unknown packet type",
                                                           "malformed attachment count",
                                                           "too many attachments",
                                                           "malformed namespace",
                                                           "malformed ack id",
                                                           "malformed JSON",
                                                           "the CONNECT payload is not an object",
                                                           "a DISCONNECT packet carries data",
                                                           "an event is not an array that begins with a name",
                                                           "reserved event name",
                                                           "an ack is not an array",
                                                           "CONNECT_ERROR sent by a client",
                                                           "placeholder out of range or used twice",
                                                           "text while attachments are outstanding",
                                                           "binary without a packet that announced it",
                                                           "second CONNECT to a namespace",
                                                           "packet for a namespace that is not connected"};

constexpr std::array<std::string_view, 6> reserved{"connect",       "connect_error", "disconnect",
                                                   "disconnecting", "newListener",   "removeListener"};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits at the front of `text`; takes them off.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

/// Nothing also when the number is too large for its type.
template <class Number>
std::optional<Number> to_number(std::string_view digits) {
  Number number{};
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<violation> take_type(std::string_view& text, packet_view& out) {
  if (text.empty()) return violation::empty_packet;
  const unsigned value = static_cast<unsigned>(text[0]) - '0';
  if (value > static_cast<unsigned>(packet_type::binary_ack)) return violation::unknown_type;
  out.type = static_cast<packet_type>(value);
  text.remove_prefix(1);
  return std::nullopt;
}

std::optional<violation> take_attachments(std::string_view& text, packet_view& out) {
  if (!is_binary(out.type)) return std::nullopt;
  const std::string_view digits = take_digits(text);
  if (digits.empty() || !text.starts_with('-')) return violation::bad_attachment_count;
  text.remove_prefix(1);
  const auto count = to_number<std::size_t>(digits);
  if (!count || *count > max_attachments) return violation::too_many_attachments;
  out.attachments = *count;
  return std::nullopt;
}

std::optional<violation> take_namespace(std::string_view& text, packet_view& out, version protocol) {
  if (!text.starts_with('/')) return std::nullopt;
  const std::size_t end = std::min(text.find(','), text.size());
  out.nsp = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  // It comes back in our answer, which must be well-formed. Whether it may be a name is for
  // valid_namespace.
  if (out.nsp.size() > max_namespace_bytes || !utf8::valid(out.nsp) || utf8::has_control(out.nsp))
    return violation::bad_namespace;
  if (protocol == version::v4) std::tie(out.nsp, out.query) = split_namespace(out.nsp);
  return std::nullopt;
}

std::optional<violation> take_id(std::string_view& text, packet_view& out) {
  const std::string_view digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  out.id = to_number<std::uint64_t>(digits);
  if (!out.id || *out.id > max_ack_id) return violation::bad_ack_id;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(violation what) noexcept { return violation_texts[static_cast<std::size_t>(what)]; }

result<packet_view, violation> decode_header(std::string_view text, version protocol) {
  packet_view out;
  if (const auto wrong = take_type(text, out)) return *wrong;
  if (const auto wrong = take_attachments(text, out)) return *wrong;
  if (const auto wrong = take_namespace(text, out, protocol)) return *wrong;
  if (const auto wrong = take_id(text, out)) return *wrong;
  out.data = text;
  return out;
}

bool is_reserved_event(std::string_view name) noexcept {
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

}  // namespace parley::socketio
