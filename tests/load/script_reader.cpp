#include "tests/load/script_reader.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace parley::load {
namespace {

const json nothing;

std::string shown(double value) { return json(value).dump(); }

}  // namespace

object_reader::object_reader(const json& from, std::string place, complaints& into)
    : from_{from}, place_{std::move(place)}, errors_{into} {
  if (!from.is_object()) errors_.push_back((place_.empty() ? "the script" : place_) + ": must be an object");
}

void object_reader::finish() {
  if (!from_.is_object()) return;
  for (const auto& [name, value] : from_.items())
    if (!asked_.contains(name)) complain(name, "no such field here");
}

const json& object_reader::at(std::string_view name) {
  asked_.emplace(name);
  return has(name) ? from_[std::string{name}] : nothing;
}

double object_reader::number(std::string_view name, double otherwise, double low, double high) {
  const auto& value = at(name);
  if (value.is_null()) return otherwise;
  if (value.is_number() && value.get<double>() >= low && value.get<double>() <= high) return value.get<double>();
  complain(name, "must be a number from " + shown(low) + " to " + shown(high));
  return otherwise;
}

std::uint32_t object_reader::count(std::string_view name, std::uint32_t otherwise, std::uint32_t low,
                                   std::uint32_t high) {
  const auto value = number(name, otherwise, low, high);
  if (value == std::floor(value)) return static_cast<std::uint32_t>(value);
  complain(name, "must be a whole number");
  return otherwise;
}

std::string object_reader::text(std::string_view name, std::string otherwise) {
  const auto& value = at(name);
  if (value.is_null()) return otherwise;
  if (value.is_string()) return value.get<std::string>();
  complain(name, "must be a text");
  return otherwise;
}

bool object_reader::flag(std::string_view name, bool otherwise) {
  const auto& value = at(name);
  if (value.is_null()) return otherwise;
  if (value.is_boolean()) return value.get<bool>();
  complain(name, "must be true or false");
  return otherwise;
}

range object_reader::seconds(std::string_view name, range otherwise) {
  const auto& value = at(name);
  if (value.is_null()) return otherwise;
  if (value.is_number() && value.get<double>() >= 0 && value.get<double>() <= longest)
    return {value.get<double>(), value.get<double>()};
  if (value.is_array() && value.size() == 2 && value[0].is_number() && value[1].is_number()) {
    const range found{value[0].get<double>(), value[1].get<double>()};
    if (found.low >= 0 && found.low <= found.high && found.high <= longest) return found;
  }
  complain(name, "must be seconds, or two numbers [from, to], of a week at most");
  return otherwise;
}

std::size_t object_reader::choice(std::string_view name, std::initializer_list<std::string_view> known,
                                  std::size_t otherwise) {
  const auto& value = at(name);
  if (value.is_null()) return otherwise;
  const auto* found =
      value.is_string() ? std::find(known.begin(), known.end(), value.get_ref<const std::string&>()) : known.end();
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  std::string all;
  for (const auto& each : known) all.append(all.empty() ? "" : ", ").append(each);
  complain(name, "must be one of " + all);
  return otherwise;
}

void object_reader::complain(std::string_view name, std::string_view what) {
  errors_.push_back(place_of(name) + ": " + std::string{what});
}

std::string object_reader::place_of(std::string_view name) const {
  return place_.empty() ? std::string{name} : place_ + "." + std::string{name};
}

}  // namespace parley::load
