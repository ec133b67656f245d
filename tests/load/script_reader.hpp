// Reads one object of a script field by field, and notes every mistake with its place.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "tests/load/script.hpp"

namespace parley::load {

/// Seconds that a script may speak of.
constexpr double longest = 7 * 86'400;

class object_reader {
 public:
  object_reader(const json& from, std::string place, complaints& into);

  /// Complains of fields that nobody asked for; to be called last.
  void finish();

  bool has(std::string_view name) const { return from_.is_object() && from_.contains(name); }
  /// The field, or null; it counts as asked for.
  const json& at(std::string_view name);

  double number(std::string_view name, double otherwise, double low, double high);
  std::uint32_t count(std::string_view name, std::uint32_t otherwise, std::uint32_t low, std::uint32_t high);
  std::string text(std::string_view name, std::string otherwise);
  bool flag(std::string_view name, bool otherwise);
  range seconds(std::string_view name, range otherwise);
  /// One of the names in `known`, as its place among them.
  std::size_t choice(std::string_view name, std::initializer_list<std::string_view> known, std::size_t otherwise);

  void complain(std::string_view name, std::string_view what);
  std::string place_of(std::string_view name) const;
  complaints& errors() { return errors_; }

 private:
  const json& from_;
  std::string place_;
  complaints& errors_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace parley::load
