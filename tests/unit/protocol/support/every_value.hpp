// Values of a struct in which everything that could make a difference differs: what a test of completeness walks
// instead of a list that somebody has to keep. Fields are found by Boost.PFR, enumerators by the compiler's own words.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/participant.hpp"

namespace parley::every {

/// Values from 0 on that are looked at; no enum of ours has more.
inline constexpr std::size_t most_enumerators = 64;

/// Whether the value has a name: the compiler spells one that has none as a cast, `(type)7`.
template <auto Value>
constexpr bool is_enumerator() {
  constexpr std::string_view spelled = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "Value = ";
  return spelled[spelled.find(before) + before.size()] != '(';
}

/// The enumerators of an enum that counts from 0 without holes.
template <class Enum, std::size_t... Index>
std::vector<Enum> enumerators(std::index_sequence<Index...>) {
  std::vector<Enum> found;
  ((is_enumerator<static_cast<Enum>(Index)>() ? found.push_back(static_cast<Enum>(Index)) : void()), ...);
  return found;
}

template <class Enum>
std::vector<Enum> enumerators() {
  return enumerators<Enum>(std::make_index_sequence<most_enumerators>{});
}

/// Sets the fields of a struct, and of those within it: to nothing or to something, and then one after the other to
/// each of its values.
class filler {
 public:
  /// `something`: texts are not empty, what may be absent is there. The field with the number `varied` gets the value
  /// with the number `choice`.
  filler(bool something, std::size_t varied, std::size_t choice)
      : something_{something}, varied_{varied}, choice_{choice} {}

  void fill(std::string& text) { text = pick(2) == 0 ? "" : R"("x")"; }
  void fill(bool& flag) { flag = pick(2) != 0; }
  void fill(timestamp& at) { at = timestamp{std::chrono::hours{pick(2) == 0 ? 0 : 1}}; }

  template <class Tag>
  void fill(strong_id<Tag>& id) {
    id.value = pick(2) == 0 ? "" : "x";
  }

  template <class Number>
  std::enable_if_t<std::is_integral_v<Number>> fill(Number& number) {
    number = static_cast<Number>(pick(2));
  }

  template <class Enum>
  std::enable_if_t<std::is_enum_v<Enum>> fill(Enum& value) {
    const auto all = enumerators<Enum>();
    value = all[pick(all.size())];
  }

  template <class T>
  void fill(std::optional<T>& value) {
    if (pick(2) != 0) fill(value.emplace());
  }

  template <class T>
  void fill(std::vector<T>& values) {
    if (pick(2) != 0) fill(values.emplace_back());
  }

  template <class First, class Second>
  void fill(std::pair<First, Second>& value) {
    fill(value.first);
    fill(value.second);
  }

  void fill(participant& user) { user = user_; }
  void fill(identity_ptr& user) { user = user_.who; }

  template <class T>
  void fill(std::shared_ptr<const T>& value) {
    if (pick(2) == 0) return;
    auto made = std::make_shared<T>();
    fill(*made);
    value = std::move(made);
  }

  template <class T>
  std::enable_if_t<std::is_aggregate_v<T>> fill(T& value) {
    if constexpr (!std::is_empty_v<T>) boost::pfr::for_each_field(value, [this](auto& field) { this->fill(field); });
  }

  /// What has keys of its own is left empty: no vocabulary names those.
  template <class T>
  std::enable_if_t<!std::is_aggregate_v<T> && !std::is_integral_v<T> && !std::is_enum_v<T>> fill(T&) {}

  void set_user(participant who) { user_ = std::move(who); }

  /// Fields seen, and the values that the varied one can have.
  std::size_t fields() const { return next_; }
  std::size_t choices() const { return choices_; }

 private:
  std::size_t pick(std::size_t count) {
    if (next_++ == varied_) {
      choices_ = count;
      return choice_ < count ? choice_ : 0;
    }
    return something_ && count == 2 ? 1 : 0;
  }

  bool something_;
  std::size_t varied_;
  std::size_t choice_;
  std::size_t next_ = 0;
  std::size_t choices_ = 0;
  participant user_{};
};

/// Calls `see(value)` with values of T: empty and full ones, and each of their fields with each value it can have.
template <class T, class See>
void value_of(const participant& who, See see) {
  for (const bool something : {false, true}) {
    std::size_t fields = 1;
    for (std::size_t varied = 0; varied < fields; ++varied) {
      std::size_t choices = 1;
      for (std::size_t choice = 0; choice < choices; ++choice) {
        filler with{something, varied, choice};
        with.set_user(who);
        T value{};
        with.fill(value);
        see(std::move(value));
        fields = std::max(fields, with.fields());
        choices = with.choices();
      }
    }
  }
}

}  // namespace parley::every
