#include "protocol/socketio/decoder.hpp"

#include <array>
#include <utility>

namespace parley::socketio {
namespace {

std::optional<violation> check_event(const json& data) {
  if (!data.is_array() || data.empty()) return violation::bad_event;
  const json& name = data.front();
  if (name.is_number()) return std::nullopt;
  if (!name.is_string()) return violation::bad_event;
  if (is_reserved_event(name.get_ref<const std::string&>())) return violation::reserved_event;
  return std::nullopt;
}

/// The rules of each type for its data, which is null when the packet had none.
std::optional<violation> check_data(packet_type type, bool has_data, const json& data) {
  switch (type) {
    case packet_type::connect:
      return has_data && !data.is_object() ? std::optional{violation::bad_connect_payload} : std::nullopt;
    case packet_type::disconnect:
      return has_data ? std::optional{violation::disconnect_with_data} : std::nullopt;
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

bool is_placeholder(const json& value) {
  if (!value.is_object()) return false;
  const auto mark = value.find("_placeholder");
  return mark != value.end() && *mark == true;
}

/// Where each attachment belongs. An attachment without a placeholder is taken and dropped, as in
/// the reference.
class placeholders {
 public:
  explicit placeholders(std::size_t count) : count_{count} {}

  /// Finds those in `value`; false when one is out of range or comes a second time. As deep as
  /// parsing allowed.
  bool collect(json& value) {
    if (is_placeholder(value)) return note(value);
    if (!value.is_structured()) return true;
    for (json& child : value)
      if (!collect(child)) return false;
    return true;
  }

  void fill(std::size_t index, std::string_view bytes) {
    if (slots_[index]) *slots_[index] = json::binary({bytes.begin(), bytes.end()});
  }

  std::size_t count() const noexcept { return count_; }

 private:
  bool note(json& value) {
    const auto number = value.find("num");
    if (number == value.end() || !number->is_number_unsigned()) return false;
    const auto index = number->get<std::size_t>();
    if (index >= count_ || slots_[index]) return false;
    slots_[index] = &value;
    return true;
  }

  std::array<json*, max_attachments> slots_{};
  std::size_t count_;
};

}  // namespace

struct decoder::assembly {
  packet whole;  // must not move once `places` points into it
  placeholders places;
  std::size_t received = 0;
};

decoder::decoder(version protocol, const json_text::limits& bounds) : protocol_{protocol}, bounds_{bounds} {}
decoder::decoder(decoder&&) noexcept = default;
decoder& decoder::operator=(decoder&&) noexcept = default;
decoder::~decoder() = default;

result<decoded, violation> decoder::feed_text(std::string_view text) {
  if (pending_) return violation::text_out_of_turn;
  const auto header = decode_header(text, protocol_);
  if (!header) return header.failure();
  packet whole{without_binary(header->type), std::string{header->nsp}, std::string{header->query}, header->id, {}};
  if (!header->data.empty()) {
    auto data = json_text::parse(header->data, bounds_);
    if (!data) return violation::malformed_json;
    whole.data = *std::move(data);
  }
  if (const auto wrong = check_data(header->type, !header->data.empty(), whole.data)) return *wrong;
  // In a packet that is not binary, `_placeholder` is a member like any other.
  if (is_binary(header->type)) return begin_assembly(std::move(whole), header->attachments);
  return decoded{std::move(whole)};
}

result<decoded, violation> decoder::begin_assembly(packet whole, std::size_t attachments) {
  auto next = std::make_unique<assembly>(assembly{std::move(whole), placeholders{attachments}});
  if (!next->places.collect(next->whole.data)) return violation::bad_placeholder;
  if (attachments == 0) return decoded{std::move(next->whole)};
  pending_ = std::move(next);
  return decoded{};
}

result<decoded, violation> decoder::feed_binary(std::string_view bytes) {
  if (!pending_) return violation::binary_out_of_turn;
  pending_->places.fill(pending_->received++, bytes);
  if (pending_->received < pending_->places.count()) return decoded{};
  const auto done = std::move(pending_);
  return decoded{std::move(done->whole)};
}

}  // namespace parley::socketio
