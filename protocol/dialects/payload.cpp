#include "protocol/dialects/payload.hpp"

#include <algorithm>
#include <array>

#include "protocol/json/json_binary.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/json_writer.hpp"

namespace parley::dialects {
namespace {

constexpr std::array<std::string_view, 4> sender_fields{"userId", "senderId", "sender_id", "user_id"};

}  // namespace

payload::payload(json_view value, const payload_limits& limits)
    : object_{value.is_object() ? value : json_view{}},
      malformed_{!value.is_object() && !value.is_null()},
      limits_{limits} {}

// Few payloads name their sender: a look at the names that are there is shorter than a search for each of ours.
bool payload::names_sender() const {
  for (const auto& member : object_.members())
    if (std::find(sender_fields.begin(), sender_fields.end(), member.name) != sender_fields.end()) return true;
  return false;
}

void payload::check_sender(const identity& self) {
  if (!names_sender()) return;
  for (const auto field : sender_fields) {
    if (!has(field)) continue;
    const auto named = user(field);
    if (!mistake_ && named != self.id) refuse({errc::forbidden, "You can only act as yourself", std::string{field}});
  }
}

json_view payload::at(std::string_view field) const {
  const auto found = object_.find(field);
  return found.is_null() ? json_view{} : found;
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

std::string payload::name(std::string_view field) {
  const auto value = at(field);
  if (value.is_string() && valid_name(value.text(), limits_.name_characters)) return std::string{value.text()};
  refuse_field(
      field, "a string of 1 to " + std::to_string(limits_.name_characters) + " characters without control characters");
  return {};
}

std::string payload::optional_name(std::string_view field) {
  const auto value = at(field);
  return !value || (value.is_string() && value.text().empty()) ? std::string{} : name(field);
}

written_id payload::id(std::string_view field) {
  const auto value = at(field);
  if (value.is_number()) {
    const auto number = json_text::dump(value);
    return {number, number};
  }
  if (!value.is_string()) refuse_field(field, "a number or a string");
  auto text = name(field);
  auto quoted = value ? json_text::dump(value) : std::string{};
  return {std::move(text), std::move(quoted)};
}

conversation_id payload::conversation(std::string_view field) {
  const auto value = at(field);
  if (value.is_integer()) return conversation_id{json_text::dump(value)};
  if (!value.is_string()) refuse_field(field, "an integer or a string");
  return conversation_id{name(field)};
}

user_id payload::user(std::string_view field) {
  auto id = user_id_from(at(field));
  if (!id) refuse_field(field, "a user id: an integer or a string");
  return id.value_or(user_id{});
}

std::vector<person> payload::people(std::string_view field, std::size_t least) {
  const auto most = limits_.list_entries;
  const auto list = at(field);
  const bool fits = list.is_array() && list.size() >= least && list.size() <= most;
  std::vector<person> people;
  if (fits) {
    people.reserve(list.size());
    for (const auto each : list.elements())
      if (auto id = user_id_from(each)) people.push_back({*std::move(id), json_text::dump(each)});
  }
  if (!fits || people.size() != list.size())
    refuse_field(field, "an array of " + std::to_string(least) + " to " + std::to_string(most) + " user ids");
  return people;
}

std::string payload::text(std::string_view field, std::size_t most_bytes) {
  const auto text = at(field).text();
  if (!text.empty() && text.size() <= most_bytes) return std::string{text};
  refuse_field(field, "a string of 1 to " + std::to_string(most_bytes) + " bytes");
  return {};
}

std::string payload::optional_text(std::string_view field, std::size_t most_bytes) {
  const auto value = at(field);
  if (!value) return {};
  if (value.is_string() && value.text().size() <= most_bytes) return std::string{value.text()};
  refuse_field(field, "a string of at most " + std::to_string(most_bytes) + " bytes");
  return {};
}

std::string payload::quoted_text(std::string_view field) {
  std::string quoted;
  json_text::append_string(quoted, text(field));
  return quoted;
}

std::string payload::content(std::string_view field) {
  const auto value = at(field);
  if (value.is_string()) return quoted_text(field);
  if (!value) refuse_field(field, "there");
  auto text = any(field);
  if (json_text::size_with_binary(text) > limits_.text_bytes)
    refuse_field(field, "a JSON text of at most " + std::to_string(limits_.text_bytes) + " bytes");
  return text;
}

std::string payload::any(std::string_view field) const { return json_text::dump(at(field)); }

std::uint64_t payload::number(std::string_view field, std::uint64_t least, std::uint64_t most) {
  const auto value = at(field);
  if (value.is_natural() || (value.is_integer() && value.integer() == 0)) {
    const auto number = value.natural();
    if (number >= least && number <= most) return number;
  }
  refuse_field(field, "an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::optional<std::uint64_t> payload::optional_number(std::string_view field) {
  if (!has(field)) return std::nullopt;
  return number(field);
}

bool payload::flag(std::string_view field) {
  const auto value = at(field);
  if (value && !value.is_boolean()) refuse_field(field, "true or false");
  return value.truth();
}

std::string payload::word(std::string_view field) {
  const auto word = at(field).text();
  if (!word.empty()) return std::string{word};
  refuse_field(field, "a string that is not empty");
  return {};
}

std::vector<std::string_view> names_of(std::span<const command_row> table) {
  std::vector<std::string_view> names;
  names.reserve(table.size());
  for (const auto& row : table) names.push_back(row.name);
  return names;
}

decoded decode_by(std::span<const command_row> table, const wire_command& in, const identity& self,
                  const payload_limits& limits) {
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const command_row& each) { return each.name == in.name; });
  if (row == table.end()) return not_mine{};
  payload fields{in.args.front(), limits};
  fields.check_sender(self);
  return row->read(fields);
}

}  // namespace parley::dialects
