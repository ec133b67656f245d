#include "protocol/json/json_document.hpp"

#include <algorithm>
#include <utility>

#include "protocol/json/json.hpp"
#include "protocol/json/json_parser.hpp"

namespace parley::json_text {
namespace {

json array_of(view::iterator<view> each, std::size_t count) {
  auto made = json::array();
  made.get_ref<json::array_t&>().reserve(count);
  for (; count > 0; --count, ++each) made.push_back((*each).to_json());
  return made;
}

json object_of(view what) {
  auto made = json::object();
  for (const auto& [name, value] : what.members()) made[std::string{name}] = value.to_json();
  return made;
}

json binary_of(const node& what) {
  const std::string_view bytes{what.bytes, what.size};
  return json::binary({bytes.begin(), bytes.end()});
}

/// All but what has values in it.
void put(node& into, const json& value) {
  switch (value.type()) {
    case json::value_t::boolean:
      into.is = kind::boolean;
      into.truth = value.get<bool>();
      break;
    case json::value_t::number_integer:
      into.integer = value.get<std::int64_t>();
      into.is = into.integer < 0 ? kind::integer : kind::natural;
      break;
    case json::value_t::number_unsigned:
      into.is = kind::natural;
      into.natural = value.get<std::uint64_t>();
      break;
    case json::value_t::number_float:
      into.is = kind::real;
      into.real = value.get<double>();
      break;
    default:
      into.is = kind::null;
      break;
  }
}

}  // namespace

// -- views -----------------------------------------------------------------------------------------------------------

double view::real() const {
  switch (is()) {
    case kind::integer:
      return static_cast<double>(at_->integer);
    case kind::natural:
      return static_cast<double>(at_->natural);
    case kind::real:
      return at_->real;
    default:
      return 0;
  }
}

view view::find(std::string_view name) const {
  view found;
  for (const auto& each : members())
    if (each.name == name) found = each.value;
  return found;
}

json view::to_json() const {
  switch (is()) {
    case kind::absent:
    case kind::null:
      return nullptr;
    case kind::boolean:
      return at_->truth;
    case kind::integer:
      return at_->integer;
    case kind::natural:
      return at_->natural;
    case kind::real:
      return at_->real;
    case kind::string:
      return text();
    case kind::binary:
      return binary_of(*at_);
    case kind::array:
      return array_of(elements().begin(), size());
    case kind::object:
      return object_of(*this);
  }
  return nullptr;
}

json values::to_json() const { return array_of(view::iterator<view>{first_.at_}, count_); }

// -- documents -------------------------------------------------------------------------------------------------------

outcome document::read(std::string_view text, const limits& bounds) {
  clear();
  return parser{text, bounds.max_depth, *this}.read();
}

outcome document::read_own(std::string text, const limits& bounds) {
  own_text_ = std::move(text);
  return read(own_text_, bounds);
}

void document::clear() {
  size_ = 0;
  number_out_of_range_ = {};
  unescaped_.clear();
}

void document::grow() {
  auto larger = std::make_unique_for_overwrite<node[]>(2 * capacity_);
  std::copy(nodes_, nodes_ + size_, larger.get());
  outside_ = std::move(larger);
  nodes_ = outside_.get();
  capacity_ *= 2;
}

void document::replace(view what, std::string_view bytes) {
  auto& place = nodes_[what.at_ - nodes_];
  place.is = kind::binary;
  place.bytes = bytes.data();
  place.size = static_cast<std::uint32_t>(bytes.size());
}

void document::hold(const json& value) {
  clear();
  append_value(value);
}

void document::append_bytes(kind what, std::string_view bytes) {
  const auto at = append();
  auto& place = nodes_[at];
  place.is = what;
  place.bytes = bytes.data();
  place.size = static_cast<std::uint32_t>(bytes.size());
  place.span = 1;
}

void document::append_value(const json& value) {
  if (value.is_string()) return append_bytes(kind::string, value.get_ref<const std::string&>());
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    return append_bytes(kind::binary, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  const auto at = append();
  put(nodes_[at], value);
  nodes_[at].size = static_cast<std::uint32_t>(value.size());
  if (value.is_array()) {
    nodes_[at].is = kind::array;
    for (const auto& each : value) append_value(each);
  } else if (value.is_object()) {
    nodes_[at].is = kind::object;
    for (const auto& [name, member] : value.get_ref<const json::object_t&>()) {
      append_bytes(kind::string, name);
      append_value(member);
    }
  }
  nodes_[at].span = static_cast<std::uint32_t>(size_ - at);
}

}  // namespace parley::json_text
