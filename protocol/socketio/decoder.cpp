#include "protocol/socketio/decoder.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace parley::socketio {
namespace {

std::optional<violation> check_event(json_view data) {
  const auto name = data.front();
  if (name.is_number()) return std::nullopt;
  if (!name.is_string()) return violation::bad_event;
  if (is_reserved_event(name.text())) return violation::reserved_event;
  return std::nullopt;
}

/// The rules of each type for its data, which is absent when the packet had none.
std::optional<violation> check_data(packet_type type, json_view data) {
  switch (type) {
    case packet_type::connect:
      return data && !data.is_object() ? std::optional{violation::bad_connect_payload} : std::nullopt;
    case packet_type::disconnect:
      return data ? std::optional{violation::disconnect_with_data} : std::nullopt;
    case packet_type::event:
    case packet_type::binary_event:
      return check_event(data);
    case packet_type::ack:
    case packet_type::binary_ack:
      return data.is_array() ? std::nullopt : std::optional{violation::bad_ack};
    case packet_type::connect_error:
      break;
  }
  return violation::connect_error_from_client;
}

constexpr packet_type without_binary(packet_type type) {
  if (type == packet_type::binary_event) return packet_type::event;
  return type == packet_type::binary_ack ? packet_type::ack : type;
}

bool is_placeholder(json_view value) { return value.find("_placeholder").truth(); }

/// Where each attachment belongs. An attachment without a placeholder is taken and dropped, as in
/// the reference.
class placeholders {
 public:
  explicit placeholders(std::size_t count) : count_{count} {}

  /// Finds those in `value`; false when one is out of range or comes a second time. As deep as
  /// parsing allowed; what stood deeper has no place, and its attachment is dropped.
  bool collect(json_view value) {
    if (is_placeholder(value)) return note(value);
    for (const auto each : value.elements())
      if (!collect(each)) return false;
    for (const auto& member : value.members())
      if (!collect(member.value)) return false;
    return true;
  }

  json_view operator[](std::size_t index) const { return slots_[index]; }
  std::size_t count() const noexcept { return count_; }

 private:
  bool note(json_view value) {
    const auto number = value.find("num");
    if (!number.is_natural() || number.natural() >= count_ || slots_[number.natural()]) return false;
    slots_[number.natural()] = value;
    return true;
  }

  std::array<json_view, max_attachments> slots_{};
  std::size_t count_;
};

/// The packet that a header begins, its data read into `values`.
result<packet, violation> read_packet(const packet_view& header, const json_text::limits& bounds,
                                      json_text::document& values) {
  const auto how = header.data.empty() ? json_text::outcome::read : values.read(header.data, bounds);
  if (how == json_text::outcome::malformed) return violation::malformed_json;
  const auto data = header.data.empty() ? json_view{} : values.root();
  const auto wrong = check_data(header.type, data);
  // A number out of range reads as null: as an event's name it is refused, and costs no connection.
  const bool unread_name = wrong == violation::bad_event && how == json_text::outcome::out_of_range;
  if (wrong && !unread_name) return *wrong;
  return packet{without_binary(header.type), header.nsp, header.query, header.id, data, how,
                values.number_out_of_range()};
}

}  // namespace

// Must not move once the packet points into it.
struct assembly {
  assembly(std::string_view copied, std::size_t attachments) : text{copied}, places{attachments} {
    bytes.reserve(attachments);
  }

  std::string text;
  json_text::document values;
  placeholders places;
  std::vector<std::string> bytes;
  packet whole;
};

packet_parts::packet_parts() = default;
packet_parts::~packet_parts() = default;

decoder::decoder(version protocol, const json_text::limits& bounds) : protocol_{protocol}, bounds_{bounds} {}
decoder::decoder(decoder&&) noexcept = default;
decoder& decoder::operator=(decoder&&) noexcept = default;
decoder::~decoder() = default;

const packet* decoder::awaited() const noexcept { return pending_ ? &pending_->whole : nullptr; }

result<decoded, violation> decoder::feed_text(std::string_view text, packet_parts& into) {
  if (pending_) return violation::text_out_of_turn;
  const auto header = decode_header(text, protocol_);
  if (!header) return header.failure();
  // In a packet that is not binary, `_placeholder` is a member like any other.
  if (is_binary(header->type)) return begin_assembly(text, header->attachments, into);
  const auto whole = read_packet(*header, bounds_, into.values_);
  if (!whole) return whole.failure();
  return decoded{*whole};
}

// What it refers to stays until all attachments are there: so it is read from a copy of the text.
result<decoded, violation> decoder::begin_assembly(std::string_view text, std::size_t attachments, packet_parts& into) {
  auto next = std::make_unique<assembly>(text, attachments);
  const auto whole = read_packet(*decode_header(next->text, protocol_), bounds_, next->values);
  if (!whole) return whole.failure();
  next->whole = *whole;
  if (!next->places.collect(next->whole.data)) return violation::bad_placeholder;
  auto& kept = attachments == 0 ? into.assembled_ : pending_;
  kept = std::move(next);
  return attachments == 0 ? decoded{kept->whole} : decoded{};
}

result<decoded, violation> decoder::feed_binary(std::string_view bytes, packet_parts& into) {
  if (!pending_) return violation::binary_out_of_turn;
  auto& all = pending_->bytes;
  all.emplace_back(bytes);
  if (const auto place = pending_->places[all.size() - 1]) pending_->values.replace(place, all.back());
  if (all.size() < pending_->places.count()) return decoded{};
  into.assembled_ = std::move(pending_);
  return decoded{into.assembled_->whole};
}

}  // namespace parley::socketio
