#include "protocol/dialects/payload.hpp"

#include <algorithm>
#include <array>

namespace parley::dialects {
namespace {

constexpr std::array<std::string_view, 3> sender_fields{"userId", "sender_id", "user_id"};

}  // namespace

payload::payload(const json* value, const payload_limits& limits) : limits_{limits} {
  if (!value || value->is_null()) return;
  if (value->is_object())
    object_ = value;
  else
    malformed_ = true;
}

void payload::check_sender(const identity& self) {
  for (const auto field : sender_fields) {
    if (!has(field)) continue;
    const auto named = user(field);
    if (!mistake_ && named != self.id) refuse({errc::forbidden, "You can only act as yourself", std::string{field}});
  }
}

const json* payload::at(std::string_view field) const {
  if (!object_) return nullptr;
  const auto found = object_->find(field);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

void payload::refuse(error why) {
  if (!mistake_) mistake_ = std::move(why);
}

void payload::refuse_field(std::string_view field, std::string_view expected) {
  if (malformed_) return refuse(invalid_field(std::string{field}, "payload must be an object"));
  std::string text{field};
  text.append(" must be ").append(expected);
  refuse(invalid_field(std::string{field}, std::move(text)));
}

const std::string* payload::string_at(std::string_view field) const {
  const auto* value = at(field);
  return value ? value->get_ptr<const json::string_t*>() : nullptr;
}

room_name payload::room(std::string_view field) {
  const auto* name = string_at(field);
  if (name && valid_name(*name, limits_.name_characters)) return room_name{*name};
  refuse_field(
      field, "a string of 1 to " + std::to_string(limits_.name_characters) + " characters without control characters");
  return {};
}

user_id payload::user(std::string_view field) {
  const auto* value = at(field);
  auto id = value ? user_id_from(*value) : std::nullopt;
  if (!id) refuse_field(field, "a user id: an integer or a string");
  return id.value_or(user_id{});
}

std::string payload::text(std::string_view field) {
  const auto* text = string_at(field);
  if (text && !text->empty() && text->size() <= limits_.text_bytes) return *text;
  refuse_field(field, "a string of 1 to " + std::to_string(limits_.text_bytes) + " bytes");
  return {};
}

std::string payload::word(std::string_view field) {
  const auto* word = string_at(field);
  if (word && !word->empty()) return *word;
  refuse_field(field, "a string that is not empty");
  return {};
}

decoded decode_by(std::span<const command_row> table, const wire_command& in, const identity& self,
                  const payload_limits& limits) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const command_row& each) { return each.name == in.name; });
  if (row == table.end()) return not_mine{};
  payload fields{in.args.empty() ? nullptr : &in.args.front(), limits};
  fields.check_sender(self);
  return row->read(fields);
}

}  // namespace parley::dialects
